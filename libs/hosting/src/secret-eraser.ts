import { secretEndedBy } from '@muniment/credentials/contract';
import type { RecordedEvent } from '@muniment/kernel';
import type { Keys, Sealer } from '@muniment/runtime';

/** Position in the log up to which secrets that ended are erased; kept beside the data keys. */
const erasedUpTo = 'secrets-erased-up-to';

/**
 * Secrets that an event ends cannot be opened again, in the log or in any copy of it. When read models are made anew
 * old events do not count: a preset key may have been made again since.
 */
export class SecretEraser {
  readonly #keys: Keys;
  readonly #sealer: Pick<Sealer, 'erase'>;

  constructor(keys: Keys, sealer: Pick<Sealer, 'erase'>) {
    this.#keys = keys;
    this.#sealer = sealer;
  }

  async seen(events: readonly RecordedEvent[]): Promise<void> {
    if (!events.some((event) => secretEndedBy(event) !== undefined)) return;
    const known = Number((await this.#keys.get(erasedUpTo)) ?? 0);
    let position = known;
    for (const event of events) {
      const subject = event.position > known ? secretEndedBy(event) : undefined;
      if (subject === undefined) continue;
      await this.#sealer.erase(subject);
      position = event.position;
    }
    if (position > known) await this.#keys.put(erasedUpTo, String(position));
  }
}
