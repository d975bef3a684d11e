import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

/** As much of Kubernetes' objects as the rules look at; anything may be absent. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  // Each kind has its own; the rules read with optional chains and take nothing for granted.
  // oxlint-disable-next-line typescript/no-explicit-any -- a type for every kind of Kubernetes would be longer than the rules
  spec?: any;
  data?: Record<string, string>;
  automountServiceAccountToken?: boolean;
}

export interface Container {
  name: string;
  image?: string;
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: unknown }[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: unknown }[];
  ports?: { name: string; containerPort: number; hostPort?: number }[];
  securityContext?: {
    runAsUser?: number;
    runAsNonRoot?: boolean;
    privileged?: boolean;
    allowPrivilegeEscalation?: boolean;
    readOnlyRootFilesystem?: boolean;
    capabilities?: { drop?: string[]; add?: string[] };
    seccompProfile?: { type: string };
  };
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  lifecycle?: { preStop?: { exec?: { command: string[] } } };
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

export interface Probe {
  httpGet?: { path: string; port: string | number };
  exec?: { command: string[] };
}

export interface Volume {
  name: string;
  emptyDir?: { sizeLimit?: string };
  configMap?: { name: string };
  secret?: { secretName: string; defaultMode?: number };
  projected?: {
    defaultMode?: number;
    sources: { secret?: { name: string; items: { key: string; path: string }[] } }[];
  };
  [kind: string]: unknown;
}

export interface PodSpec {
  automountServiceAccountToken?: boolean;
  enableServiceLinks?: boolean;
  serviceAccountName?: string;
  terminationGracePeriodSeconds?: number;
  hostNetwork?: boolean;
  hostPID?: boolean;
  hostIPC?: boolean;
  securityContext?: {
    runAsNonRoot?: boolean;
    runAsUser?: number;
    runAsGroup?: number;
    fsGroup?: number;
    seccompProfile?: { type: string };
  };
  containers: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
  topologySpreadConstraints?: { topologyKey: string; labelSelector?: { matchLabels?: Record<string, string> } }[];
}

export interface Workload {
  readonly name: string;
  readonly kind: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly pod: PodSpec;
  readonly manifest: Manifest;
}

/** Called while a suite loads. Kustomize before its version 4 knows neither components nor patches by target. */
export function needsKubectl(): void {
  const { stdout } = spawnSync('kubectl', ['version', '--client', '--output=json'], { encoding: 'utf8' });
  const version = stdout ? (JSON.parse(stdout) as { kustomizeVersion?: string }).kustomizeVersion : undefined;
  if (!version) throw new Error('needs the program `kubectl`: version 1.27 or later');
}

const overlays = fileURLToPath(new URL('../../deploy/k8s/overlays/', import.meta.url));

/** What `kubectl apply -k` would send. */
export function render(overlay: string): Manifest[] {
  const { status, stdout, stderr, error } = spawnSync('kubectl', ['kustomize', `${overlays}${overlay}`], {
    encoding: 'utf8',
  });
  if (status !== 0 || stderr) throw new Error(`cannot render \`${overlay}\`: ${stderr || error?.message}`);
  return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
}

const templated = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicaSet']);

/** Everything that makes pods. */
export const workloadsOf = (manifests: readonly Manifest[]): Workload[] =>
  manifests
    .filter(({ kind }) => templated.has(kind))
    .map((manifest) => ({
      name: manifest.metadata.name,
      kind: manifest.kind,
      labels: manifest.spec?.template?.metadata?.labels ?? {},
      pod: manifest.spec?.template?.spec,
      manifest,
    }));

export const containersOf = ({ pod }: Workload): Container[] => [...pod.containers, ...(pod.initContainers ?? [])];

/** Whether a label selector of Kubernetes takes these labels; an empty one takes all. */
export function selects(selector: unknown, labels: Readonly<Record<string, string>> = {}): boolean {
  const { matchLabels = {}, matchExpressions = [] } = (selector ?? {}) as {
    matchLabels?: Record<string, string>;
    matchExpressions?: { key: string; operator: string; values: string[] }[];
  };
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      if (operator !== 'In') throw new Error(`a selector with \`${operator}\` is not understood here`);
      return values.includes(labels[key] ?? '');
    })
  );
}
