import {
  type Container,
  containersOf,
  type Manifest,
  type Volume,
  type Workload,
  workloadsOf,
} from './manifests.testing.js';
import { serviceNames } from './services.testing.js';

/** A rule of target S32: what it finds wrong, one line each. */
export type Rule = (manifests: readonly Manifest[]) => string[];

const isService = ({ name }: Workload) => serviceNames.includes(name);

const everyWorkload =
  (says: (workload: Workload) => string | false | undefined): Rule =>
  (manifests) =>
    workloadsOf(manifests).flatMap((workload) => {
      const finding = says(workload);
      return finding ? [`${workload.name}: ${finding}`] : [];
    });

const everyContainer =
  (says: (container: Container, workload: Workload) => string | false | undefined): Rule =>
  (manifests) =>
    workloadsOf(manifests).flatMap((workload) =>
      containersOf(workload).flatMap((container) => {
        const finding = says(container, workload);
        return finding ? [`${workload.name}/${container.name}: ${finding}`] : [];
      }),
    );

const amounts = ['cpu', 'memory', 'ephemeral-storage'];

const isAllowedVolume = (volume: Volume): boolean =>
  volume.emptyDir
    ? volume.emptyDir.sizeLimit !== undefined
    : Boolean(volume.configMap ?? volume.secret ?? volume.projected);

/** Names whose value would be a secret; as a file they end in `_FILE`. */
const secretName = /(PASSWORD|SECRET|TOKEN|_KEY|REDIS_URL|EVENTSTOREDB_URL|ACCOUNTS|ACCESS_KEY_ID)$/;

const preStopSeconds = ({ lifecycle }: Container): number => {
  const [program, seconds] = lifecycle?.preStop?.exec?.command ?? [];
  return program === 'sleep' ? Number(seconds) : 0;
};

/** Rules that one pod keeps or breaks. */
export const podRules: Readonly<Record<string, Rule>> = {
  'runs as a numbered user that is not root': (manifests) => [
    ...everyWorkload(({ pod: { securityContext: it } }) => {
      const numbers = [it?.runAsUser, it?.runAsGroup, it?.fsGroup];
      return (it?.runAsNonRoot !== true || !numbers.every((number) => (number ?? 0) > 0)) && 'may run as root';
    })(manifests),
    ...everyContainer(
      ({ securityContext: it }) => (it?.runAsNonRoot === false || it?.runAsUser === 0) && 'is root all the same',
    )(manifests),
  ],
  'the root file system is read-only': everyContainer(
    ({ securityContext: it }) => it?.readOnlyRootFilesystem !== true && 'can write its root file system',
  ),
  'gains no privileges': everyContainer(
    ({ securityContext: it }) =>
      (it?.allowPrivilegeEscalation !== false || it.privileged === true) && 'may gain privileges',
  ),
  'has no capability': everyContainer(({ securityContext: it }) => {
    const { drop = [], add = [] } = it?.capabilities ?? {};
    return (!drop.includes('ALL') || add.length > 0) && 'has capabilities';
  }),
  'system calls are filtered': (manifests) => [
    ...everyWorkload(
      ({ pod }) => pod.securityContext?.seccompProfile?.type !== 'RuntimeDefault' && 'no seccomp profile',
    )(manifests),
    ...everyContainer(
      ({ securityContext: it }) => it?.seccompProfile?.type === 'Unconfined' && 'its own seccomp profile is none',
    )(manifests),
  ],
  "has no token of the cluster's own API": (manifests) =>
    everyWorkload(({ name, pod }) => {
      const account = manifests.find(
        (it) => it.kind === 'ServiceAccount' && it.metadata.name === pod.serviceAccountName,
      );
      if (pod.serviceAccountName !== name || !account) return 'has no account of its own';
      return (
        (pod.automountServiceAccountToken !== false || account.automountServiceAccountToken !== false) && 'a token'
      );
    })(manifests),
  'has nothing of its node': (manifests) => [
    ...everyWorkload(({ pod }) => (pod.hostNetwork || pod.hostPID || pod.hostIPC) && "is in the node's namespaces")(
      manifests,
    ),
    ...everyContainer(({ ports = [] }) => ports.some(({ hostPort }) => hostPort) && "has a port of the node's")(
      manifests,
    ),
  ],
  'volumes are of few kinds and bounded, secrets are read-only': (manifests) => [
    ...everyWorkload(({ pod: { volumes = [] } }) => {
      const strange = volumes.filter((volume) => !isAllowedVolume(volume));
      const open = volumes.filter(({ secret, projected }) => ((secret ?? projected)?.defaultMode ?? 0o440) & 0o337);
      return [...strange, ...open].map(({ name }) => `volume \`${name}\``).join(', ');
    })(manifests),
    ...everyContainer(({ volumeMounts = [] }, { pod }) => {
      const kept = (name: string) => pod.volumes?.find((it) => it.name === name && !it.emptyDir);
      return volumeMounts
        .filter(({ name, readOnly }) => kept(name) && readOnly !== true)
        .map(({ mountPath }) => `can write \`${mountPath}\``)
        .join(', ');
    })(manifests),
  ],
  'asks for resources and is limited': everyContainer(({ resources: { requests = {}, limits = {} } = {} }) => {
    const missing = amounts.filter((amount) => !requests[amount] || !limits[amount]);
    return missing.length > 0 && `no request or limit of ${missing.join(', ')}`;
  }),
  'its image is a certain one': everyContainer(({ image = '' }) => {
    const tag = /(?:@sha256:[0-9a-f]{64}|:([\w][\w.-]*))$/.exec(image);
    return (!tag || tag[1] === 'latest') && `image \`${image}\``;
  }),
  'is probed, and never killed for lagging behind': everyContainer((container, workload) => {
    const { startupProbe, readinessProbe, livenessProbe } = container;
    if (!startupProbe || !readinessProbe || !livenessProbe) return 'a probe is missing';
    const paths = [startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => httpGet?.path);
    return isService(workload) && paths.join() !== '/livez,/readyz,/livez' && `probed at ${paths.join(', ')}`;
  }),
  'ends in good order': everyContainer((container, workload) => {
    const needed = preStopSeconds(container) + 15;
    if (isService(workload) && preStopSeconds(container) < 5) return 'ends before it is off the endpoints';
    return (workload.pod.terminationGracePeriodSeconds ?? 0) < needed && `has less than ${needed} seconds to end`;
  }),
  'gets no variables for other services': everyWorkload(
    ({ pod }) => pod.enableServiceLinks !== false && 'service links are on',
  ),
  'has its secrets as files': everyContainer(({ env = [], envFrom = [] }) => {
    const named = env.filter(({ name, valueFrom }) => secretName.test(name) || valueFrom).map(({ name }) => name);
    return [...named, ...(envFrom.some((it) => it.secretRef) ? ['envFrom'] : [])].join(', ');
  }),
  'is spread over nodes and zones': everyWorkload((workload) => {
    const { topologySpreadConstraints: spread = [] } = workload.pod;
    const keys = spread.flatMap(({ topologyKey, labelSelector }) =>
      labelSelector?.matchLabels?.['app.kubernetes.io/name'] === workload.name ? [topologyKey] : [],
    );
    const missing = ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'].filter((key) => !keys.includes(key));
    return isService(workload) && missing.length > 0 && `not by ${missing.join(', ')}`;
  }),
};
