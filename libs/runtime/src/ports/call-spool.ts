/** Records that wait, the oldest first: of one source, numbered one by one, of one UTC day. */
export interface Spooled {
  /** Unique to one series of numbers: a spool that is opened again goes on with another. */
  readonly source: string;
  /** Number of the first record. */
  readonly first: number;
  /** When the first record was taken, ISO 8601. */
  readonly at: string;
  /** Each as it was appended. */
  readonly records: readonly string[];
}

export interface SpoolState {
  /** Records that wait. */
  readonly records: number;
  readonly bytes: number;
  /** Since when the oldest of them waits. */
  readonly oldest: Date | undefined;
  /** How much more it takes. */
  readonly room: number;
}

/**
 * Where call records wait until they are delivered: a queue on this machine's own disk, bounded, for one process.
 * Whatever was appended is read, in order, until it is acknowledged, by whichever process opens the queue next.
 */
export interface CallSpool {
  /** All of the records or none: they outlive this process from here on. Throws `SpoolUnavailable`. */
  append(records: readonly string[], at: Date): void;
  /** Resolves when all that was appended would outlive the machine, too; else rejects with `SpoolUnavailable`. */
  sync(): Promise<void>;
  /** The oldest records that are not acknowledged: at most so many and so large, but one when there is one. */
  read(records: number, bytes: number): Promise<Spooled | undefined>;
  /** The records that were read last need not be kept. Never fails: at worst they are read again another time. */
  acknowledge(): Promise<void>;
  readonly state: SpoolState;
  close(): Promise<void>;
}

/** Records cannot be kept, so that nothing may be answered that has to leave one. */
export class SpoolUnavailable extends Error {
  constructor(reason: string, options?: ErrorOptions) {
    super(`the spool takes no records: ${reason}`, options);
    this.name = 'SpoolUnavailable';
  }
}

/** No room, by the spool's own bound or on the disk: there is again when records are delivered or space is made. */
export class SpoolFull extends SpoolUnavailable {
  constructor(reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'SpoolFull';
  }
}
