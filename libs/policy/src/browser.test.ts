import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createContext, SourceTextModule } from 'node:vm';
import { expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';

const folder = dirname(fileURLToPath(import.meta.url));

/** The library in a world that has what the language has, and nothing of Node: no `process`, no `Buffer`, no modules. */
async function loadedWithoutNode(): Promise<Record<string, (...inputs: unknown[]) => unknown>> {
  const context = createContext({});
  const modules = new Map<string, SourceTextModule>();
  const load = (path: string): SourceTextModule => {
    const known = modules.get(path);
    if (known !== undefined) return known;
    const source = readFileSync(path, 'utf8');
    const { code } = transformSync(source, { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } });
    const module = new SourceTextModule(code, { context, identifier: path });
    modules.set(path, module);
    return module;
  };
  const entry = load(join(folder, 'index.ts'));
  await entry.link((specifier, { identifier }) => {
    if (!specifier.startsWith('.')) throw new Error(`\`${specifier}\` is not there in a browser`);
    return load(join(dirname(identifier), specifier.replace(/\.js$/, '.ts')));
  });
  await entry.evaluate();
  return entry.namespace as Record<string, (...inputs: unknown[]) => unknown>;
}

test('decides where there is nothing but the language, as in a browser', async () => {
  const { readPolicy, compilePolicy, evaluate, explain, denialText, contextKeysOf } = await loadedWithoutNode();
  const text = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: 's3:Get*',
      Resource: 'arn:aws:s3:::home/${aws:username}/*',
      Condition: { IpAddress: { 'aws:SourceIp': '2001:db8::/32' }, DateLessThan: { 'aws:CurrentTime': '2099-01-01' } },
    },
  });
  const reading = readPolicy?.(text, 'identity') as { ok: boolean; policy: unknown };
  const identity = [compilePolicy?.(reading.policy, { id: 'Home', type: 'identity' })];
  const account = '111122223333';
  const request = {
    principal: { type: 'User', account, arn: `arn:aws:iam::${account}:user/a`, userId: 'AIDAA', userName: 'a' },
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::home/a/x',
    context: { 'aws:SourceIp': '2001:db8::7', 'aws:CurrentTime': '2026-11-22T00:00:00Z' },
  };
  expect(evaluate?.(request, { identity })).toMatchObject({
    effect: 'Allow',
    statements: [{ policy: 'Home', index: 0 }],
  });
  expect(explain?.(request, { identity })).toMatchObject({ minimal: [{ policy: 'Home' }] });
  expect(contextKeysOf?.(reading.policy)).toEqual(['aws:username', 'aws:SourceIp', 'aws:CurrentTime']);
  const denied = { ...request, resource: 'arn:aws:s3:::home/b/x' };
  expect(denialText?.(denied, evaluate?.(denied, { identity }))).toContain('because no identity-based policy allows');
});

test('depends on nothing', () => {
  const manifest = JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest['dependencies'] ?? {}).toEqual({});
  expect(manifest['peerDependencies'] ?? {}).toEqual({});
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !/\.test(?:ing)?\.ts$|fixtures/.test(name),
  );
  expect(sources.length).toBeGreaterThan(25);
  const foreign = sources.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/from '([^.'][^']*)'/g)].map(
      ([, from]) => `${name}: ${from}`,
    ),
  );
  expect(foreign).toEqual([]);
});
