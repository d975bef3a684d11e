/** A place in the log, in bytes like the server's; the events of one explicit transaction share their commit. */
export interface Place {
  readonly commit: number;
  readonly prepare: number;
}

/** An event as a client proposes it. */
export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly json: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface Recorded extends Proposed {
  readonly stream: string;
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly at: Place;
  /** Where the record ends: what a backward read compares with. */
  readonly after: Place;
}

/** What a writer thinks of a stream; a number is the revision of its last event. */
export type Expected = 'any' | 'noStream' | 'streamExists' | number;

export const noStream = -1;

/** The revision of a tombstone and the `$tb` of a deleted stream: the greatest signed number of 64 bits. */
export const deletedRevision = 2 ** 63;

export const start: Place = { commit: 0, prepare: 0 };
export const end: Place = { commit: Infinity, prepare: Infinity };

export const compare = (a: Place, b: Place): number =>
  a.commit === b.commit ? a.prepare - b.prepare : a.commit - b.commit;

export const metadataStreamOf = (stream: string): string => `$$${stream}`;

/** A record on disk holds names, type, content and a fixed frame; so many bytes apart are the positions. */
export const sizeOf = (stream: string, { type, data, metadata }: Proposed): number =>
  96 + Buffer.byteLength(stream) + Buffer.byteLength(type) + data.length + metadata.length;
