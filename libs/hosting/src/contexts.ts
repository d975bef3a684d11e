import { auditOperations, lastUsed } from '@muniment/audit';
import { credentials, credentialsOperations } from '@muniment/credentials';
import { decisionsOperations } from '@muniment/decisions';
import { directory, directoryOperations, platform } from '@muniment/directory';
import type { Aggregate } from '@muniment/kernel';
import type { Context, Projection } from '@muniment/runtime';
import { stsOperations } from '@muniment/sts';

/** Aggregates of unlike states stand in one list; each is typed where it is made. */
const unlike = (...aggregates: readonly unknown[]): readonly Aggregate[] => aggregates as readonly Aggregate[];

/** Every context there is, each with what it can do and what it writes. */
export const contexts: readonly Context[] = [
  { name: 'directory', operations: directoryOperations, aggregates: unlike(directory, platform) },
  { name: 'credentials', operations: credentialsOperations, aggregates: unlike(credentials) },
  { name: 'sts', operations: stsOperations, aggregates: [] },
  { name: 'decisions', operations: decisionsOperations, aggregates: [] },
  { name: 'audit', operations: auditOperations, aggregates: [] },
];

/** Read models that an answer waits for: they hold what the caller has written before. */
export const promptProjections: readonly Projection[] = unlike(directory, platform, credentials);

/** Read models that may lag a little behind the calls they are made from. */
export const relaxedProjections: readonly Projection[] = unlike(lastUsed);

/** Which context answers which operation: `iam:CreateUser` → `directory`. */
export const routes: ReadonlyMap<string, string> = new Map(
  contexts.flatMap(({ name, operations }) =>
    operations.map(({ operation }) => [`${operation.service}:${operation.name}`, name] as const),
  ),
);
