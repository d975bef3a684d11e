import { deletedRevision, type Expected, noStream, type Recorded } from './records.js';
import { lastRevision } from './retention.js';

/** What the server knows of the stream that somebody wants to write. */
export interface Known {
  readonly records: readonly Recorded[];
  readonly softDeleted: boolean;
  readonly hasMetadata: boolean;
  /** Where an event of this id stands in this stream, as far as the server still remembers. */
  remembered(id: string): Recorded | undefined;
}

export type Verdict =
  | { readonly kind: 'write' }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'wrong'; readonly current: number }
  | { readonly kind: 'known'; readonly last: Recorded };

/** The server's own rule, with its idempotency: what has been written already as a whole is answered as written. */
export function judge(expected: Expected, ids: readonly string[], known: Known): Verdict {
  const current = lastRevision(known.records);
  if (current === deletedRevision) return { kind: 'deleted' };
  const wrong: Verdict = { kind: 'wrong', current };
  if (expected === 'streamExists' && (known.softDeleted || (current === noStream && !known.hasMetadata))) return wrong;
  const byId = expected === 'any' || expected === 'streamExists';
  const before = byId || expected === 'noStream' ? noStream : expected;
  if (!byId && before === current) return { kind: 'write' };
  if (before > current) return wrong;
  const found = ids.map((id, index) => (byId ? known.remembered(id) : standing(known.records, before + 1 + index, id)));
  const last = found.at(-1);
  if (last && found.every(Boolean)) return { kind: 'known', last };
  // Some of them are there and some are not: the writer is confused.
  if (found[0]) return wrong;
  return byId || (expected === 'noStream' && known.softDeleted) ? { kind: 'write' } : wrong;
}

function standing(records: readonly Recorded[], revision: number, id: string): Recorded | undefined {
  const record = records[revision - (records[0]?.revision ?? 0)];
  return record?.revision === revision && record.id === id ? record : undefined;
}
