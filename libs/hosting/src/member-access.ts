import { accessAfter, type AccountAccess, directory } from '@muniment/directory/contract';
import { type Aggregate, type EventMetadata, NO_STREAM, type RecordedEvent } from '@muniment/kernel';
import { type EventLog, type Ids, type ReadModels, randomIds, startOver, Writer } from '@muniment/runtime';

export interface MemberAccessParts {
  readonly log: EventLog;
  readonly readModels: Pick<ReadModels, 'keep' | 'kept'>;
  readonly partition: string;
  readonly ids?: Ids;
}

/**
 * Makes the role by which an organization gets into an account that it has made: a reaction to the event, in the
 * account's own stream. Events may be seen again; the role is made once, since nothing can happen in the account before.
 */
export class MemberAccess {
  readonly #parts: MemberAccessParts;

  constructor(parts: MemberAccessParts) {
    this.#parts = parts;
  }

  async seen(events: readonly RecordedEvent[]): Promise<void> {
    const { ids = randomIds, partition } = this.#parts;
    for (const event of events) {
      const access = accessAfter(event, () => ids.unique('AROA', 21), partition);
      if (access) await this.#give(access, event);
    }
  }

  async #give({ accountId, events }: AccountAccess, { meta, position }: RecordedEvent): Promise<void> {
    const { log, readModels } = this.#parts;
    const writer = new Writer(directory as unknown as Aggregate, accountId, log, readModels, { shared: true });
    const commandId = `access-${meta.eventId}`;
    const caused: EventMetadata = {
      eventId: commandId,
      commandId,
      requestId: meta.requestId,
      at: meta.at,
      actor: 'muniment',
      causedBy: position,
    };
    const answer = () => undefined;
    for (;;) {
      const written = await writer.write(
        ({ revision }) => ({ events: revision === NO_STREAM ? events : [], answer }),
        caused,
      );
      if (written !== startOver) return;
    }
  }
}
