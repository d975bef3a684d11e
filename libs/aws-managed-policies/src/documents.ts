import { brotliDecompressSync } from 'node:zlib';
import { current } from './current.gen.js';
import { history } from './history.gen.js';

/** The last chunk that begins at or before a position. */
function chunkAt(chunks: readonly { readonly first: number }[], position: number): number {
  const after = chunks.findIndex(({ first }) => first > position);
  return (after < 0 ? chunks.length : after) - 1;
}

const unpack = (packed: string): readonly string[] =>
  brotliDecompressSync(Buffer.from(packed, 'base64')).toString('latin1').split('\n');

const unpacked = new Map<number, readonly string[]>();

/**
 * The document in force at a position of the index. What is unpacked is kept: decisions ask for the same few again and
 * again, and all of them together are 3 MB.
 */
export function currentDocument(position: number): string {
  const at = chunkAt(current, position);
  const chunk = current[at];
  if (!chunk) throw new RangeError(`no document in force at \`${position}\``);
  let documents = unpacked.get(at);
  if (!documents) {
    documents = unpack(chunk.packed);
    unpacked.set(at, documents);
  }
  return documents[position - chunk.first] as string;
}

/** Who reads one earlier version often reads its neighbours next; keeping every chunk would be 29 MB some day. */
let lastRead: { readonly at: number; readonly documents: readonly string[] } | undefined;

/** The document of an earlier version at a position among all of those. */
export async function earlierDocument(position: number): Promise<string> {
  const at = chunkAt(history, position);
  const chunk = history[at];
  if (!chunk) throw new RangeError(`no earlier document at \`${position}\``);
  const packed = await chunk.load();
  if (lastRead?.at !== at) lastRead = { at, documents: unpack(packed) };
  return lastRead.documents[position - chunk.first] as string;
}
