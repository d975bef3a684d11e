/** Compose: confined containers, networks that keep apart what must be, and the same settings as Kubernetes gives. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { serviceNames, services, settingsOf } from './services.testing.js';

interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly user: string;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly pids_limit?: number;
  readonly mem_limit?: string;
  readonly restart: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly network_mode?: string;
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const text = (path: string) => readFileSync(root + path, 'utf8');
const compose = parse(text('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: Readonly<Record<string, object>>;
};
const all = Object.entries(compose.services);
const of = (name: string) => compose.services[name] as Service;
const lasting = all.filter(([, { restart }]) => restart !== 'no');

describe.each(all)('the container of %s', (name, it) => {
  test('is confined', () => {
    expect(it).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect([it.privileged, it.cap_add]).toEqual([undefined, undefined]);
    expect(it.pids_limit).toBeGreaterThan(0);
    expect(it.image).toMatch(/:[\w.-]*\d[\w.-]*$/);
    // The one that makes the secrets writes volumes that belong to root; it has no network and no capability.
    expect(`${it.user} ${it.network_mode}`).toMatch(
      name === 'secrets' ? /^0:0 none$/ : /^[1-9]\d*:[1-9]\d* undefined$/,
    );
  });

  test('starts after what it needs, and is asked how it is', () => {
    expect(it.healthcheck?.disable ?? false).toBe(it.restart === 'no');
    for (const [needed, { condition }] of Object.entries(it.depends_on ?? {})) {
      expect(condition).toBe(needed === 'secrets' ? 'service_completed_successfully' : 'service_healthy');
    }
  });

  test('has no secret among its variables', () => {
    const named = Object.keys(it.environment ?? {}).filter((setting) =>
      /(KEY|PASSWORD|SECRET|TOKEN|URL)$/.test(setting),
    );
    expect(named.filter((setting) => setting !== 'MUNIMENT_NATS_URL')).toEqual([]);
  });
});

test('lasting containers are limited and come back', () => {
  expect(lasting.map(([name]) => name).sort()).toEqual([...serviceNames, 'kurrentdb', 'nats', 'valkey'].sort());
  for (const [, { mem_limit, restart }] of lasting)
    expect([mem_limit, restart]).toEqual([expect.any(String), 'unless-stopped']);
});

test('only the API is published, and only to this machine', () => {
  expect(all.filter(([, { ports }]) => ports).map(([name, { ports }]) => [name, ports])).toEqual([
    ['gateway', ['127.0.0.1:4566:4566']],
  ]);
});

test('who shares a network with whom', () => {
  const on = (network: string) => all.filter(([, { networks }]) => networks?.includes(network)).map(([name]) => name);
  expect(on('edge')).toEqual(['gateway']);
  expect(on('bus').sort()).toEqual([...serviceNames, 'nats', 'operator'].sort());
  expect(on('log').sort()).toEqual([...serviceNames, 'kurrentdb'].sort());
  expect(on('rows').sort()).toEqual([...serviceNames.filter((name) => services[name]?.rows), 'valkey'].sort());
  const ways = Object.entries(compose.networks).filter(([, { internal }]) => !internal);
  expect(ways.map(([name]) => name)).toEqual(['edge']);
});

test('nobody reads the secrets of another', () => {
  const readers = [...serviceNames, 'operator', 'nats', 'valkey'];
  for (const reader of readers) {
    const mounting = all.filter(([, { volumes = [] }]) => volumes.some((it) => it.startsWith(`${reader}-secrets:`)));
    expect(mounting.map(([name]) => name).sort()).toEqual([reader, 'secrets'].sort());
    expect(of(reader).volumes?.find((it) => it.startsWith(`${reader}-secrets:`))).toMatch(/:ro$/);
  }
});

test.each(serviceNames)('%s has the settings that the table says, as in Kubernetes', (name) => {
  expect(Object.keys(of(name).environment ?? {}).sort()).toEqual(settingsOf(name));
  expect(of(name).environment?.['MUNIMENT_NATS_USER']).toBe(name);
  expect(of(name).command).toEqual([`apps/${name}/dist/main.js`]);
});

test('call records wait where the next container finds them', () => {
  expect(of('gateway').volumes).toContain('gateway-data:/var/lib/muniment');
  expect(of('gateway')).toHaveProperty('hostname');
});

test('the versions of what is not ours are those of Kubernetes', () => {
  const tags = (path: string) => (parse(text(path)) as { images: { name: string; newTag: string }[] }).images;
  const images = [...tags('deploy/k8s/base/kustomization.yaml'), ...tags('deploy/k8s/stores/kustomization.yaml')];
  expect([...new Set(all.map(([, { image }]) => image))].sort()).toEqual(
    images.map(({ name, newTag }) => `${name}:${newTag}`).sort(),
  );
  const { version } = JSON.parse(text('package.json')) as { version: string };
  expect(images[0]).toEqual({ name: 'muniment', newTag: version });
  expect(text('Dockerfile')).toContain(`image.version="${version}"`);
});

describe('the image', () => {
  const lines = text('Dockerfile')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => /^[A-Z]+ /.test(line));
  const last = (instruction: string) => lines.findLast((line) => line.startsWith(`${instruction} `)) ?? '';

  test('is made of certain parts, and is nobody that Kubernetes would take for root', () => {
    expect(lines[0]).toMatch(/^ARG NODE_IMAGE=node:24\.\d+\.\d+-bookworm-slim$/);
    expect(last('USER')).toBe('USER 10001:10001');
    expect(last('STOPSIGNAL')).toBe('STOPSIGNAL SIGTERM');
  });

  test('starts programs, no shells', () => {
    for (const instruction of ['ENTRYPOINT', 'CMD']) expect(last(instruction)).toMatch(/^\w+ \["[^\]]+"\]$/);
    expect(last('HEALTHCHECK')).toMatch(/ CMD \["node", "deploy\/health\.mjs", "\/livez"\]$/);
  });

  test('holds every service', () => {
    const apps = /ARG APPS="([^"]+)"/.exec(text('Dockerfile'))?.[1]?.split(' ') ?? [];
    expect(apps.sort()).toEqual([...serviceNames, 'solo', 'cli'].sort());
    for (const app of apps) expect([app, existsSync(`${root}apps/${app}/src/main.ts`)]).toEqual([app, true]);
  });

  test('holds no secret: none is named, and only what is listed gets into the build', () => {
    expect(lines.filter((line) => /^(ENV|ARG) .*(KEY|PASSWORD|SECRET|TOKEN)/.test(line))).toEqual([]);
    expect(
      text('.dockerignore')
        .split('\n')
        .filter((line) => line && !line.startsWith('#'))[0],
    ).toBe('*');
  });
});

test('Kubernetes gives the services the same addresses', () => {
  const { configMapGenerator } = parse(text('deploy/k8s/base/kustomization.yaml')) as {
    configMapGenerator: { literals: string[] }[];
  };
  const literals = configMapGenerator.flatMap((generator) => generator.literals);
  const settings = Object.fromEntries(literals.map((literal) => literal.split('='))) as object;
  expect(Object.keys(settings).length).toBeGreaterThan(3);
  expect(of('directory').environment).toMatchObject(settings);
});
