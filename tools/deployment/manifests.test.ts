/** S32: every rule holds for every overlay, and every rule is seen to fail on a manifest that breaks it. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { clusterRules } from './cluster-rules.testing.js';
import { type Container, type Manifest, needsKubectl, type PodSpec, render } from './manifests.testing.js';

needsKubectl();

const script = fileURLToPath(new URL('../../deploy/secrets.sh', import.meta.url));
const made = parseAllDocuments(execFileSync('sh', [script, 'manifests'], { encoding: 'utf8' })).map(
  (document) => document.toJS() as Manifest & { stringData: Record<string, string> },
);
const rules = clusterRules(new Map(made.map(({ metadata, stringData }) => [metadata.name, Object.keys(stringData)])));
const overlays = { development: render('development'), production: render('production') };

describe.each(Object.entries(overlays))('the overlay %s', (_, manifests) => {
  test.each(Object.entries(rules))('%s', (_, rule) => {
    expect(rule(manifests)).toEqual([]);
  });
});

test('production asks for two of each at least', () => {
  const counts = overlays.production.flatMap(({ kind, spec }) =>
    ['Deployment', 'HorizontalPodAutoscaler'].includes(kind) ? [spec.replicas ?? spec.minReplicas] : [],
  );
  expect(counts.filter((count) => count !== undefined)).toEqual([2, 2, 2, 2, 2, 2]);
});

type Break = (manifests: Manifest[]) => void;

const find = (manifests: Manifest[], kind: string, name: string): Manifest => {
  const manifest = manifests.find((it) => it.kind === kind && it.metadata.name === name);
  if (!manifest) throw new Error(`no ${kind} ${name}`);
  return manifest;
};
const remove =
  (kind: string, name: string): Break =>
  (manifests) => {
    manifests.splice(manifests.indexOf(find(manifests, kind, name)), 1);
  };
const pod =
  (change: (pod: PodSpec) => void): Break =>
  (manifests) =>
    change(find(manifests, 'Deployment', 'sts').spec.template.spec);
const container =
  (change: (container: Container) => void): Break =>
  (manifests) =>
    change(find(manifests, 'Deployment', 'sts').spec.template.spec.containers[0]);
const spec =
  // oxlint-disable-next-line typescript/no-explicit-any -- each kind's own
    (kind: string, name: string, change: (spec: any) => void): Break =>
    (manifests) =>
      change(find(manifests, kind, name).spec);

/** Manifests that break a rule, each in one way. */
const broken: Readonly<Record<string, readonly Break[]>> = {
  'runs as a numbered user that is not root': [
    pod((it) => delete it.securityContext?.runAsNonRoot),
    pod((it) => delete it.securityContext?.runAsUser),
    pod((it) => Object.assign(it.securityContext ?? {}, { runAsUser: 0 })),
    container((it) => Object.assign(it.securityContext ?? {}, { runAsUser: 0 })),
  ],
  'the root file system is read-only': [
    container((it) => delete it.securityContext?.readOnlyRootFilesystem),
    pod((it) => it.initContainers?.push({ name: 'more' }) ?? Object.assign(it, { initContainers: [{ name: 'more' }] })),
  ],
  'gains no privileges': [
    container((it) => delete it.securityContext?.allowPrivilegeEscalation),
    container((it) => Object.assign(it.securityContext ?? {}, { privileged: true })),
  ],
  'has no capability': [
    container((it) => delete it.securityContext?.capabilities),
    container((it) => Object.assign(it.securityContext?.capabilities ?? {}, { add: ['NET_RAW'] })),
  ],
  'system calls are filtered': [
    pod((it) => delete it.securityContext?.seccompProfile),
    container((it) => Object.assign(it.securityContext ?? {}, { seccompProfile: { type: 'Unconfined' } })),
  ],
  "has no token of the cluster's own API": [
    pod((it) => delete it.automountServiceAccountToken),
    pod((it) => Object.assign(it, { serviceAccountName: 'default' })),
    (manifests) => delete find(manifests, 'ServiceAccount', 'sts').automountServiceAccountToken,
  ],
  'has nothing of its node': [
    pod((it) => Object.assign(it, { hostNetwork: true })),
    container((it) => Object.assign(it.ports?.[0] ?? {}, { hostPort: 80 })),
  ],
  'volumes are of few kinds and bounded, secrets are read-only': [
    pod((it) => it.volumes?.push({ name: 'node', hostPath: { path: '/' } })),
    pod((it) => it.volumes?.push({ name: 'scratch', emptyDir: {} })),
    pod((it) => Object.assign(it.volumes?.find(({ projected }) => projected)?.projected ?? {}, { defaultMode: 0o444 })),
    container((it) => it.volumeMounts?.forEach((mount) => delete mount.readOnly)),
  ],
  'asks for resources and is limited': [
    container((it) => delete it.resources?.limits?.['memory']),
    container((it) => delete it.resources?.requests?.['cpu']),
    container((it) => delete it.resources),
  ],
  'its image is a certain one': [
    container((it) => Object.assign(it, { image: 'muniment' })),
    container((it) => Object.assign(it, { image: 'muniment:latest' })),
    container((it) => Object.assign(it, { image: 'registry:5000/muniment' })),
  ],
  'is probed, and never killed for lagging behind': [
    container((it) => delete it.startupProbe),
    container((it) => Object.assign(it.livenessProbe?.httpGet ?? {}, { path: '/readyz' })),
    container((it) => Object.assign(it.readinessProbe?.httpGet ?? {}, { path: '/livez' })),
  ],
  'ends in good order': [
    container((it) => delete it.lifecycle),
    pod((it) => Object.assign(it, { terminationGracePeriodSeconds: 10 })),
  ],
  'gets no variables for other services': [pod((it) => delete it.enableServiceLinks)],
  'has its secrets as files': [
    container((it) => it.env?.push({ name: 'MUNIMENT_ROOT_KEY', value: 'AAAA' })),
    container((it) => it.env?.push({ name: 'OTHER', valueFrom: { secretKeyRef: { name: 'x', key: 'y' } } })),
    container((it) => it.envFrom?.push({ secretRef: { name: 'muniment-root-key' } })),
  ],
  'is spread over nodes and zones': [
    pod((it) => it.topologySpreadConstraints?.pop()),
    pod((it) => it.topologySpreadConstraints?.forEach((spread) => delete spread.labelSelector)),
  ],
  'nothing is reached that is not named': [
    remove('NetworkPolicy', 'nothing-else'),
    remove('NetworkPolicy', 'services-ask-dns'),
    remove('NetworkPolicy', 'valkey-from-control-plane'),
    spec('NetworkPolicy', 'control-plane-to-valkey', (it) => Object.assign(it, { podSelector: {} })),
    spec('NetworkPolicy', 'kurrentdb-from-services', (it) => delete it.ingress[0].from),
    spec('NetworkPolicy', 'services-to-nats', (it) => delete it.egress[0].ports),
    spec('NetworkPolicy', 'nothing-else', (it) => Object.assign(it, { egress: [{}] })),
    spec('NetworkPolicy', 'anyone-to-gateway', (it) => Object.assign(it.ingress[0], { from: [{ podSelector: {} }] })),
    spec('NetworkPolicy', 'services-to-nats', (it) => it.egress[0].to.push({ ipBlock: { cidr: '0.0.0.0/0' } })),
  ],
  'everything is denied by default, both ways': [
    remove('NetworkPolicy', 'nothing-else'),
    spec('NetworkPolicy', 'nothing-else', (it) => Object.assign(it, { policyTypes: ['Ingress'] })),
  ],
  'no secret stands in a manifest': [
    (manifests) =>
      manifests.push({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key', namespace: 'muniment' } }),
  ],
  'all is in a namespace that takes no other pods': [
    remove('Namespace', 'muniment'),
    (manifests) => delete find(manifests, 'Namespace', 'muniment').metadata.labels,
    (manifests) => Object.assign(find(manifests, 'Deployment', 'sts').metadata, { namespace: 'default' }),
  ],
  'a drained node takes one replica of each at a time': [
    remove('PodDisruptionBudget', 'audit'),
    spec('PodDisruptionBudget', 'audit', (it) => Object.assign(it, { maxUnavailable: '100%' })),
    spec('PodDisruptionBudget', 'audit', (it) => Object.assign(it.selector.matchLabels, { more: 'x' })),
  ],
  'an update takes no replica away before another is ready': [
    spec('Deployment', 'sts', (it) => delete it.strategy),
    spec('StatefulSet', 'gateway', (it) => delete it.minReadySeconds),
  ],
  'gateway and decisions grow with their load, and nothing else sets how many there are': [
    remove('HorizontalPodAutoscaler', 'decisions'),
    spec('HorizontalPodAutoscaler', 'gateway', (it) => Object.assign(it.scaleTargetRef, { kind: 'Deployment' })),
    spec('Deployment', 'decisions', (it) => Object.assign(it, { replicas: 2 })),
  ],
  "call records outlive the gateway's pod": [
    spec('StatefulSet', 'gateway', (it) => delete it.volumeClaimTemplates),
    spec('StatefulSet', 'gateway', (it) => delete it.persistentVolumeClaimRetentionPolicy),
  ],
  'every service has a place of its own to write to': [container((it) => delete it.volumeMounts)],
  'every service is given its settings and no others': [
    container((it) => it.env?.push({ name: 'MUNIMENT_MARKER_KEY_FILE', value: '/run/muniment/marker-key' })),
    container((it) => it.env?.pop()),
    container((it) => delete it.envFrom),
  ],
  'every service is its own user of the bus': [
    container((it) =>
      Object.assign(it.env?.find(({ name }) => name === 'MUNIMENT_NATS_USER') ?? {}, { value: 'audit' }),
    ),
  ],
  'every file that a setting names is there, and no other': [
    pod((it) => it.volumes?.find(({ projected }) => projected)?.projected?.sources.pop()),
    container((it) => it.env?.pop()),
  ],
  "nobody has another one's password": [
    pod((it) => it.volumes?.push({ name: 'more', secret: { secretName: 'muniment-nats-audit' } })),
    pod((it) => it.volumes?.push({ name: 'more', secret: { secretName: 'muniment-nats' } })),
  ],
  'what is referred to is there': [
    pod((it) => it.volumes?.push({ name: 'more', secret: { secretName: 'nowhere' } })),
    pod((it) => it.volumes?.push({ name: 'more', configMap: { name: 'nowhere' } })),
    spec('Service', 'sts', (it) => Object.assign(it.ports[0], { targetPort: 'grpc' })),
    spec('Service', 'sts', (it) => Object.assign(it, { selector: { 'app.kubernetes.io/name': 'nobody' } })),
  ],
  'only the API is offered beyond the cluster': [
    spec('Service', 'nats', (it) => Object.assign(it, { type: 'LoadBalancer' })),
    spec('Service', 'gateway', (it) => Object.assign(it.ports[0], { port: 80 })),
  ],
};

test('every rule has a manifest that breaks it', () => {
  expect(Object.keys(broken).sort()).toEqual(Object.keys(rules).sort());
});

describe.each(Object.entries(rules))('it is found out when not: %s', (name, rule) => {
  const breaks = Object.fromEntries((broken[name] ?? []).map((breaks, n) => [n, breaks]));
  test.each(Object.keys(breaks))('broken in the way %s', (n) => {
    const manifests = structuredClone(overlays.development);
    breaks[n]?.(manifests);
    expect(rule(manifests)).not.toEqual([]);
  });
});
