import { type CredentialsEvent, credentials, rootKeyEvents } from '@muniment/credentials/contract';
import { platform } from '@muniment/directory/contract';
import type { Aggregate, Event, EventMetadata } from '@muniment/kernel';
import type { Configuration } from '@muniment/nest';
import { type EventLog, type Ids, type ReadModels, type Sealer, startOver, Writer } from '@muniment/runtime';
import type { KeptCredentials } from './root-credentials.js';

/** Root credentials that were made here, to be shown once. */
export interface MadeCredentials {
  readonly accountId: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

interface Preset {
  readonly accountId: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
}

export interface FirstStartParts {
  readonly log: EventLog;
  readonly readModels: ReadModels;
  readonly sealer: Sealer;
  readonly ids: Ids;
  readonly now: () => Date;
  /** Keeps root credentials that are made here, before anything depends on them. */
  readonly keep: (made: MadeCredentials) => KeptCredentials;
  /** Told of root keys that are there: who made one may have ended, or lost the answer, before it could confirm. */
  readonly found?: (accessKeyId: string) => void;
}

const maximumRootKeys = 2;

/** Another replica made the same at the same time: what is there now has to be looked at anew. */
class Overtaken extends Error {}

/** Account ids have twelve digits and do not begin with zero, so that no reader takes one for a number and shortens it. */
function drawAccountId(ids: Ids): string {
  const digits = BigInt(`0x${ids.uuid().replaceAll('-', '')}`) % 900_000_000_000n;
  return String(100_000_000_000n + digits);
}

const furtherAccounts = (accounts: string | undefined): Preset[] =>
  (accounts ?? '').split(',').flatMap((entry) => {
    const [accountId, accessKeyId, ...secret] = entry.split(':');
    return accountId && accessKeyId ? [{ accountId, accessKeyId, secretAccessKey: secret.join(':') }] : [];
  });

/** A key id leads to its account: two accounts with one would be taken for each other. */
function refuseSharedKeys(presets: readonly Preset[]): void {
  const owners = new Map<string, string>();
  for (const { accountId, accessKeyId } of presets) {
    if (accessKeyId === undefined) continue;
    const owner = owners.get(accessKeyId) ?? accountId;
    if (owner !== accountId) {
      throw new Error(
        `root access key \`${accessKeyId}\` is preset for two accounts: \`${owner}\` and \`${accountId}\``,
      );
    }
    owners.set(accessKeyId, accountId);
  }
}

/**
 * Makes the accounts and root keys that the configuration asks for and that are not there yet; run at every start, it
 * changes nothing when all is there.
 */
export class FirstStart {
  readonly #parts: FirstStartParts;
  readonly #platform: Writer;

  constructor(parts: FirstStartParts) {
    this.#parts = parts;
    this.#platform = new Writer(platform as Aggregate, 'all', parts.log, parts.readModels);
  }

  /** The first account's id, and the credentials of its root user if they were made now. */
  async run(configuration: Configuration): Promise<{ accountId: string; made: MadeCredentials | undefined }> {
    for (;;) {
      try {
        return await this.#run(configuration);
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
      }
    }
  }

  async #run(configuration: Configuration): Promise<{ accountId: string; made: MadeCredentials | undefined }> {
    const { rootAccessKeyId, rootSecretAccessKey } = configuration;
    const first = await this.#firstAccount();
    if (first !== undefined && configuration.accountId !== undefined && first !== configuration.accountId) {
      throw new Error(`the data directory belongs to account \`${first}\`, not \`${configuration.accountId}\``);
    }
    const accountId = first ?? configuration.accountId ?? drawAccountId(this.#parts.ids);
    const own: Preset = {
      accountId,
      ...(rootAccessKeyId !== undefined && { accessKeyId: rootAccessKeyId }),
      ...(rootSecretAccessKey !== undefined && { secretAccessKey: rootSecretAccessKey }),
    };
    const further = furtherAccounts(configuration.accounts);
    refuseSharedKeys([own, ...further]);
    const made = await this.#account(own);
    for (const preset of further) await this.#account(preset);
    return { accountId, made };
  }

  async #firstAccount(): Promise<string | undefined> {
    const { state } = await this.#platform.folded();
    const accounts = (state as { accounts: { values(): Iterable<{ accountId: string }> } }).accounts;
    for (const { accountId } of accounts.values()) return accountId;
    return undefined;
  }

  async #account(preset: Preset): Promise<MadeCredentials | undefined> {
    const { accountId } = preset;
    const { state } = await this.#platform.folded();
    const known = (state as { accounts: { byId(id: string): unknown } }).accounts.byId(accountId);
    if (!known) await this.#append(this.#platform, [{ type: 'AccountCreated', data: { accountId } }]);
    return this.#rootKey(preset);
  }

  async #rootKey({ accountId, ...preset }: Preset): Promise<MadeCredentials | undefined> {
    const { ids, sealer } = this.#parts;
    const writer = new Writer(credentials as Aggregate, accountId, this.#parts.log, this.#parts.readModels);
    const { state } = await writer.folded();
    const keys = (
      state as { accessKeys: { values(): Iterable<{ accessKeyId: string; userId: string; sealed: string }> } }
    ).accessKeys;
    const own = [...keys.values()].filter(({ userId }) => userId === accountId);
    for (const key of own) this.#parts.found?.(key.accessKeyId);
    if (preset.accessKeyId === undefined && own.length > 0) return undefined;
    const accessKeyId = preset.accessKeyId ?? ids.unique('AKIA', 20);
    const secretAccessKey = preset.secretAccessKey ?? ids.random(30);
    const existing = own.find((key) => key.accessKeyId === accessKeyId);
    if (existing) {
      const kept = await sealer.open({ account: accountId, id: accessKeyId }, existing.sealed);
      if (kept !== secretAccessKey) throw new Error(`root access key \`${accessKeyId}\` exists with another secret`);
      return undefined;
    }
    if (own.length >= maximumRootKeys) {
      throw new Error(
        `account \`${accountId}\` has ${own.length} root access keys already: delete one to preset another`,
      );
    }
    const made = preset.accessKeyId === undefined ? { accountId, accessKeyId, secretAccessKey } : undefined;
    const kept = made && this.#parts.keep(made);
    try {
      const sealed = await sealer.seal({ account: accountId, id: accessKeyId }, secretAccessKey);
      await this.#append(writer, rootKeyEvents(accountId, accessKeyId, sealed) as CredentialsEvent[]);
    } catch (error) {
      if (error instanceof Overtaken) kept?.discard();
      throw error;
    }
    kept?.confirm();
    return made;
  }

  async #append(writer: Writer, events: readonly Event[]): Promise<void> {
    const id = this.#parts.ids.uuid();
    const meta: EventMetadata = {
      eventId: id,
      commandId: id,
      requestId: id,
      at: this.#parts.now().toISOString(),
      actor: 'muniment',
    };
    const { revision } = await writer.folded();
    const written = await writer.write(
      (now) => (now.revision === revision ? { events, answer: () => undefined } : startOver),
      meta,
    );
    if (written === startOver) throw new Overtaken('another replica was first');
  }
}
