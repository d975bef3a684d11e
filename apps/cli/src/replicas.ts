import { askServices, type NatsBus } from '@muniment/bus-nats';
import { controlPrefix, type ReplicaStatus, serviceNames } from '@muniment/hosting/control';

/** Who has not answered within this time, in milliseconds, is not there. */
const discoveryMilliseconds = 1000;
const answerMilliseconds = 3000;

/** Every replica that is on the bus, in the order of services and names, each as it stands now. */
export async function findReplicas(bus: NatsBus): Promise<readonly ReplicaStatus[]> {
  const answers = await askServices(bus, 'STATS', undefined, discoveryMilliseconds);
  const found = answers.flatMap((answer) => statusIn(answer) ?? []);
  found.sort((a, b) => placeOf(a) - placeOf(b) || a.replica.localeCompare(b.replica, 'en', { numeric: true }));
  return Promise.all(found.map((status) => askStatus(bus, status)));
}

const placeOf = ({ service }: ReplicaStatus): number => serviceNames.indexOf(service);

/** Services of others answer on the same subject. */
function statusIn(answer: unknown): ReplicaStatus | undefined {
  const { data } = answer as { data?: Partial<ReplicaStatus> };
  const isOurs = data?.service !== undefined && serviceNames.includes(data.service);
  return isOurs && typeof data?.replica === 'string' && Array.isArray(data.checks)
    ? (data as ReplicaStatus)
    : undefined;
}

/** What it has told of itself is from memory: asked itself, it looks. One that is starting or ending does not answer. */
async function askStatus(bus: NatsBus, told: ReplicaStatus): Promise<ReplicaStatus> {
  const subject = `${controlPrefix(told.service, told.replica)}.Status`;
  try {
    return await bus.request<object, ReplicaStatus>(subject, {}, { milliseconds: answerMilliseconds });
  } catch (error) {
    const detail = { reason: error instanceof Error ? error.message : String(error) };
    return { ...told, state: 'unavailable', checks: [...told.checks, { name: 'answers', ok: false, detail }] };
  }
}
