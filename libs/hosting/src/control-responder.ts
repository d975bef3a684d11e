import type { Bus } from '@muniment/runtime';
import { controlPrefix, type ProjectionWork, type ReplicaStatus, type WorkAsked } from './control.js';
import type { ServiceName } from './service-names.js';

export interface Commanded {
  readonly bus: Bus;
  readonly name: ServiceName;
  readonly replica: string;
}

interface Asked extends WorkAsked {
  readonly ids?: readonly string[];
}

/** Answers what an operator asks of this one replica. */
export function respondToControl(
  { bus, name, replica }: Commanded,
  status: () => Promise<ReplicaStatus>,
  work: ProjectionWork,
): Promise<() => Promise<void>> {
  const operations: Readonly<Record<string, (asked: Asked) => unknown>> = {
    Status: () => status(),
    Verify: (asked) => work.begin('verify', asked),
    Rebuild: (asked) => work.begin('rebuild', asked),
    Progress: () => work.progress(),
    Cancel: ({ ids = [] }) => work.cancel(ids) ?? {},
  };
  const prefix = controlPrefix(name, replica);
  return bus.respond(prefix, async (subject, asked: Asked) => {
    const operation = subject.slice(prefix.length + 1);
    if (!Object.hasOwn(operations, operation)) throw new Error(`there is no control operation \`${operation}\``);
    return operations[operation]?.(asked);
  });
}
