import { type Manifest, selects, type Volume, type Workload, workloadsOf } from './manifests.testing.js';
import { networkRules } from './network.testing.js';
import { podRules, type Rule } from './pod-rules.testing.js';
import { ports, serviceNames, settingsOf } from './services.testing.js';

/** Name of every Secret that there is, with its keys: what `deploy/secrets.sh manifests` makes. */
export type Secrets = ReadonlyMap<string, readonly string[]>;

const scaled = ['gateway', 'decisions'];
const dataDirectory = '/var/lib/muniment';
const secretsDirectory = '/run/muniment';

const ofKind = (manifests: readonly Manifest[], kind: string) => manifests.filter((it) => it.kind === kind);
const named = (manifests: readonly Manifest[], kind: string, name: string) =>
  manifests.find((it) => it.kind === kind && it.metadata.name === name);

const everyService =
  (says: (workload: Workload, manifests: readonly Manifest[]) => string | false | undefined): Rule =>
  (manifests) =>
    serviceNames.flatMap((name) => {
      const workload = workloadsOf(manifests).find((it) => it.name === name);
      const finding = workload ? says(workload, manifests) : 'is not there';
      return finding ? [`${name}: ${finding}`] : [];
    });

/** Names and values of all that a service's container is given. */
export function environmentOf({ pod }: Workload, manifests: readonly Manifest[]): Map<string, string | undefined> {
  const { env = [], envFrom = [] } = pod.containers[0] ?? {};
  const shared = envFrom.flatMap(({ configMapRef }) =>
    Object.entries(named(manifests, 'ConfigMap', configMapRef?.name ?? '')?.data ?? {}),
  );
  return new Map([...shared, ...env.map(({ name, value }) => [name, value] as const)]);
}

/** Files that a volume puts into its folder, as `secret/key`. */
const secretsIn = ({ secret, projected }: Volume): { path?: string; name: string; key?: string }[] => [
  ...(secret ? [{ name: secret.secretName }] : []),
  ...(projected?.sources ?? []).flatMap(({ secret: source }) =>
    (source?.items ?? []).map(({ key, path }) => ({ name: source?.name ?? '', key, path })),
  ),
];

const rules: Readonly<Record<string, Rule>> = {
  'no secret stands in a manifest': (manifests) => ofKind(manifests, 'Secret').map(({ metadata }) => metadata.name),
  'all is in a namespace that takes no other pods': (manifests) => [
    ...ofKind(manifests, 'Namespace')
      .filter(({ metadata }) => metadata.labels?.['pod-security.kubernetes.io/enforce'] !== 'restricted')
      .map(({ metadata }) => `${metadata.name}: pod security is not \`restricted\``),
    ...manifests
      .filter(({ kind, metadata }) => kind !== 'Namespace' && !named(manifests, 'Namespace', metadata.namespace ?? ''))
      .map(({ kind, metadata }) => `${kind} ${metadata.name}: in no namespace of ours`),
  ],
  'a drained node takes one replica of each at a time': everyService(({ name, labels }, manifests) => {
    const budget = named(manifests, 'PodDisruptionBudget', name)?.spec;
    return (budget?.maxUnavailable !== 1 || !selects(budget.selector, labels)) && 'no budget';
  }),
  'an update takes no replica away before another is ready': everyService(({ kind, manifest: { spec } }) =>
    kind === 'Deployment'
      ? spec.strategy?.rollingUpdate?.maxUnavailable !== 0 && 'may be gone during an update'
      : !(spec.minReadySeconds > 0) && 'replicas follow one another too fast',
  ),
  'gateway and decisions grow with their load, and nothing else sets how many there are': everyService(
    ({ name, kind, manifest }, manifests) => {
      const scaler = named(manifests, 'HorizontalPodAutoscaler', name)?.spec;
      if (!scaled.includes(name)) return scaler !== undefined && 'is scaled';
      const { minReplicas, maxReplicas, scaleTargetRef, metrics } = scaler ?? {};
      if (scaleTargetRef?.kind !== kind || scaleTargetRef.name !== name || !(maxReplicas > minReplicas)) return 'fixed';
      return (metrics?.[0]?.resource?.name !== 'cpu' || manifest.spec.replicas !== undefined) && 'not by CPU alone';
    },
  ),
  "call records outlive the gateway's pod": (manifests) => {
    const gateway = workloadsOf(manifests).find(({ name }) => name === 'gateway');
    const mount = gateway?.pod.containers[0]?.volumeMounts?.find(({ mountPath }) => mountPath === dataDirectory);
    const claims: Manifest[] = gateway?.manifest.spec.volumeClaimTemplates ?? [];
    const kept = gateway?.manifest.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Retain';
    return claims.some(({ metadata }) => metadata.name === mount?.name) && kept ? [] : ['they end with it'];
  },
  'every service has a place of its own to write to': everyService(({ pod }) => {
    const writable = (pod.containers[0]?.volumeMounts ?? []).filter(({ readOnly }) => !readOnly);
    return !writable.some(({ mountPath }) => mountPath === dataDirectory) && `\`${dataDirectory}\` is read-only`;
  }),
  'every service is given its settings and no others': everyService((workload, manifests) => {
    const given = [...environmentOf(workload, manifests).keys()].sort();
    const wanted = settingsOf(workload.name);
    return given.join() !== wanted.join() && `is given ${given.join(', ')}`;
  }),
  'every service is its own user of the bus': everyService(
    (workload, manifests) =>
      environmentOf(workload, manifests).get('MUNIMENT_NATS_USER') !== workload.name && 'is somebody else',
  ),
  'every file that a setting names is there, and no other': everyService((workload, manifests) => {
    const volume = workload.pod.containers[0]?.volumeMounts?.find(({ mountPath }) => mountPath === secretsDirectory);
    const files = (workload.pod.volumes ?? [])
      .filter(({ name }) => name === volume?.name)
      .flatMap(secretsIn)
      .map(({ path }) => `${secretsDirectory}/${path}`);
    const settings = [...environmentOf(workload, manifests)].flatMap(([name, value = '']) =>
      name.endsWith('_FILE') ? [value] : [],
    );
    return files.sort().join() !== settings.sort().join() && `has ${files.join(', ')}`;
  }),
  "nobody has another one's password": (manifests) =>
    workloadsOf(manifests).flatMap(({ name, pod }) => {
      const own = name === 'nats' ? 'muniment-nats' : `muniment-nats-${name}`;
      const foreign = (pod.volumes ?? [])
        .flatMap(secretsIn)
        .filter((it) => it.name.startsWith('muniment-nats') && it.name !== own);
      return foreign.map((it) => `${name}: has \`${it.name}\``);
    }),
  'only the API is offered beyond the cluster': (manifests) => [
    ...ofKind(manifests, 'Service')
      .filter(({ spec }) => !['ClusterIP', undefined].includes(spec.type) || spec.externalIPs)
      .map(({ metadata }) => `service ${metadata.name}: \`${metadata.name}\` is open to other machines`),
    ...ofKind(manifests, 'Service').flatMap(({ metadata, spec }) =>
      metadata.name === 'gateway' && spec.ports[0]?.port !== ports.gateway ? ['gateway: another port'] : [],
    ),
  ],
};

/** Secrets and configurations that pods mount, ports that services lead to. */
const references =
  (secrets: Secrets): Rule =>
  (manifests) => [
    ...workloadsOf(manifests).flatMap(({ name, pod }) =>
      (pod.volumes ?? []).flatMap((volume) => [
        ...secretsIn(volume)
          .filter((it) => !secrets.has(it.name) || (it.key !== undefined && !secrets.get(it.name)?.includes(it.key)))
          .map((it) => `${name}: secret \`${it.name}\` has no \`${it.key}\``),
        ...(volume.configMap && !named(manifests, 'ConfigMap', volume.configMap.name)
          ? [`${name}: no configuration \`${volume.configMap.name}\``]
          : []),
      ]),
    ),
    ...ofKind(manifests, 'Service').flatMap(({ metadata, spec }) => {
      const target = workloadsOf(manifests).find(({ labels }) => selects({ matchLabels: spec.selector }, labels));
      const open = target?.pod.containers.flatMap((container) => (container.ports ?? []).map(({ name }) => name)) ?? [];
      const closed = (spec.ports as { targetPort: string }[]).filter(({ targetPort }) => !open.includes(targetPort));
      return closed.map(({ targetPort }) => `service ${metadata.name}: nobody has the port \`${targetPort}\``);
    }),
  ];

/** Every rule there is; `secrets` are those that the cluster is given beside the manifests. */
export const clusterRules = (secrets: Secrets): Readonly<Record<string, Rule>> => ({
  ...podRules,
  ...networkRules,
  ...rules,
  'what is referred to is there': references(secrets),
});
