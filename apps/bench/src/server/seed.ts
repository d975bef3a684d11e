import { type DirectoryEvent, directory } from '@muniment/directory/contract';
import { openEventLog } from '@muniment/eventlog-lmdb';
import { type NewEvent, NO_STREAM, type Revision, streamOf } from '@muniment/kernel';
import type { EventLog } from '@muniment/runtime';

const batchSize = 500;

/** So many users in an account: what `seedUsers` writes. */
export interface Population {
  readonly account: string;
  readonly users: number;
}

export const seededPath = '/load/';
export const seededName = (index: number): string => `seeded-${String(index).padStart(6, '0')}`;

/** Writes users straight into the event log of a server that does not run: much faster than by calls. */
export async function seedUsers(eventLog: string, populations: readonly Population[]): Promise<void> {
  const log = await openEventLog({ path: eventLog });
  try {
    await writeUsers(log, populations);
  } finally {
    await log.close();
  }
}

/** The same for a log that is open. */
export async function writeUsers(log: EventLog, populations: readonly Population[]): Promise<void> {
  await Promise.all(populations.map((population, index) => seedAccount(log, population, index)));
}

async function seedAccount(log: EventLog, { account, users }: Population, index: number): Promise<void> {
  const stream = streamOf(directory.name, account);
  let revision = await lastRevision(log, stream);
  for (let start = 0; start < users; start += batchSize) {
    const size = Math.min(batchSize, users - start);
    const events = Array.from({ length: size }, (_, offset) => userCreated(index, start + offset));
    ({ revision } = await log.append(stream, revision, events));
  }
}

async function lastRevision(log: EventLog, stream: string): Promise<Revision> {
  for await (const [last] of log.readStream(stream, { backwards: true })) if (last) return last.revision;
  return NO_STREAM;
}

function userCreated(account: number, index: number): NewEvent {
  const userId = `AIDA${((account + 1) * 1_000_000 + index).toString(36).toUpperCase().padStart(17, 'A')}`;
  const event: DirectoryEvent = {
    type: 'UserCreated',
    data: { userId, userName: seededName(index), path: seededPath, tags: [] },
  };
  const at = new Date().toISOString();
  const meta = { eventId: `${userId}:0`, commandId: userId, requestId: userId, at, actor: 'muniment' };
  return { ...event, version: 1, meta };
}
