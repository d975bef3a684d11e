import type { NatsBus } from '@muniment/bus-nats';
import { type Begun, controlPrefix, type WorkAsked, type WorkKind, type WorkStatus } from '@muniment/hosting/control';

/** Who works on read models: a replica of a service, or this process on a data directory. */
export interface Worker {
  readonly service: string;
  readonly replica: string;
  /** Begins what it can, and answers at once. */
  begin(kind: WorkKind, asked: WorkAsked): Promise<readonly Begun[]>;
  progress(): Promise<readonly WorkStatus[]>;
  cancel(ids: readonly string[]): Promise<void>;
}

/** A replica, asked over the bus. */
export function replicaAsWorker(bus: NatsBus, { service, replica }: Pick<Worker, 'service' | 'replica'>): Worker {
  const prefix = controlPrefix(service, replica);
  const ask = <Answer>(operation: string, asked: object = {}): Promise<Answer> =>
    bus.request<object, Answer>(`${prefix}.${operation}`, asked);
  const operations = { verify: 'Verify', rebuild: 'Rebuild' } as const;
  return {
    service,
    replica,
    begin: (kind, asked) => ask(operations[kind], asked),
    progress: () => ask('Progress'),
    cancel: async (ids) => void (await ask('Cancel', { ids })),
  };
}
