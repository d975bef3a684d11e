import { type Manifest, selects, workloadsOf } from './manifests.testing.js';
import type { Rule } from './pod-rules.testing.js';
import { ports, serviceNames, services } from './services.testing.js';

interface Peer {
  readonly podSelector?: unknown;
  readonly namespaceSelector?: unknown;
  readonly ipBlock?: { readonly cidr: string };
}
interface Allowance {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port: number | string; readonly protocol?: string }[];
}

/** One end of a connection: a pod of ours, or one of another namespace. */
interface End {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

const namespace = 'muniment';
const namespaceLabels = (name: string) => ({ 'kubernetes.io/metadata.name': name });
const policiesOf = (manifests: readonly Manifest[]) => manifests.filter(({ kind }) => kind === 'NetworkPolicy');

const isPeer = (peer: Peer, { namespace: where, labels }: End): boolean => {
  if (peer.ipBlock) return where === 'outside';
  if (where === 'outside') return false;
  const named = peer.namespaceSelector ? selects(peer.namespaceSelector, namespaceLabels(where)) : where === namespace;
  return named && selects(peer.podSelector, labels);
};

/** Whether the policies let `own` send to (Egress) or be reached by (Ingress) the other end, as Kubernetes adds them up. */
function lets(
  manifests: readonly Manifest[],
  direction: 'Ingress' | 'Egress',
  own: End,
  other: End,
  port: number,
): boolean {
  const policies = policiesOf(manifests).filter(
    ({ spec }) => spec.policyTypes?.includes(direction) && selects(spec.podSelector, own.labels),
  );
  if (policies.length === 0) return true;
  return policies.some(({ spec }) =>
    ((spec[direction.toLowerCase()] ?? []) as Allowance[]).some((allowance) => {
      const peers = direction === 'Ingress' ? allowance.from : allowance.to;
      const reaches = !peers || peers.some((peer) => isPeer(peer, other));
      return reaches && (!allowance.ports || allowance.ports.some((it) => it.port === port));
    }),
  );
}

const anywhere: End = { name: 'anywhere', namespace: 'outside', labels: {} };
const elsewhere = (where: string, labels = {}): End => ({ name: `${where}/`, namespace: where, labels });
const neighbours = [
  anywhere,
  elsewhere('kube-system', { 'k8s-app': 'kube-dns' }),
  ...['default', 'monitoring', 'nats', 'kurrentdb', 'valkey'].map((name) => elsewhere(name)),
];
const otherPorts = [1, 53, 80, 443, 6443, 8222];

const ownEnds = (manifests: readonly Manifest[]): End[] =>
  workloadsOf(manifests).map(({ name, labels }) => ({ name, namespace, labels }));

/** All that the policies let through, each side for itself: neither relies on the other one's strictness. */
function flowsOf(manifests: readonly Manifest[]): string[] {
  const own = ownEnds(manifests);
  return own.flatMap((end) =>
    [...own, ...neighbours].flatMap((other) =>
      [...new Set([...Object.values(ports), ...otherPorts])].flatMap((port) => [
        ...(end !== other && lets(manifests, 'Egress', end, other, port)
          ? [`${end.name} to ${other.name}:${port}`]
          : []),
        ...(end !== other && lets(manifests, 'Ingress', end, other, port)
          ? [`${end.name}:${port} from ${other.name}`]
          : []),
      ]),
    ),
  );
}

/** What there must be, and nothing else: the stores stand beside the services or in namespaces of their own. */
function wantedFlows(manifests: readonly Manifest[]): string[] {
  const monitored = manifests.some(({ kind }) => kind === 'ServiceMonitor');
  const own = ownEnds(manifests).map(({ name }) => name);
  const everybody = [...own.filter((name) => name !== 'gateway'), ...neighbours.map(({ name }) => name)];
  const stores = ['nats', 'kurrentdb', 'valkey'] as const;
  return [
    ...everybody.map((name) => `gateway:${ports.gateway} from ${name}`),
    ...serviceNames.flatMap((name) => [
      `${name} to kube-system/:53`,
      ...(monitored && name !== 'gateway' ? [`${name}:${ports.gateway} from monitoring/`] : []),
      ...stores
        .filter((store) => store !== 'valkey' || services[name]?.rows)
        .flatMap((store) =>
          own.includes(store)
            ? [`${name} to ${store}:${ports[store]}`, `${store}:${ports[store]} from ${name}`]
            : [`${name} to ${store}/:${ports[store]}`],
        ),
    ]),
  ];
}

/** Rules of the network. */
export const networkRules: Readonly<Record<string, Rule>> = {
  'nothing is reached that is not named': (manifests) => {
    const wanted = wantedFlows(manifests);
    const found = flowsOf(manifests);
    return [
      ...found.filter((flow) => !wanted.includes(flow)).map((flow) => `let through: ${flow}`),
      ...wanted.filter((flow) => !found.includes(flow)).map((flow) => `not let through: ${flow}`),
    ];
  },
  'everything is denied by default, both ways': (manifests) => {
    const denying = policiesOf(manifests).some(
      ({ spec }) =>
        Object.keys(spec.podSelector ?? { all: false }).length === 0 &&
        ['Ingress', 'Egress'].every((direction) => spec.policyTypes?.includes(direction)) &&
        !spec.ingress &&
        !spec.egress,
    );
    return denying ? [] : ['no policy denies all'];
  },
};
