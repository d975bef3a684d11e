import { expect } from '@jest/globals';
import type { sts } from '@muniment/aws-model';
import { credentials } from '@muniment/credentials/contract';
import { directory } from '@muniment/directory/contract';
import type { Aggregate, Caller, Event, Query, ReadModel, Session, Sources, Table } from '@muniment/kernel';
import { type Answered as AnsweredQuery, answerTo, onlySources } from '@muniment/testing';
import { readSession, type SealedSession } from './session.js';

export const account = '111122223333';
export const otherAccount = '444455556666';
export const now = new Date('2026-11-20T10:00:00.000Z');

const origin = { sourceIp: '192.0.2.1', userAgent: 'test', secureTransport: true, region: 'us-east-1' };

export const alice: Caller = {
  ...origin,
  account,
  accessKeyId: 'AKIAALICEALICEALICEA',
  principal: {
    type: 'User',
    account,
    arn: `arn:aws:iam::${account}:user/alice`,
    userId: 'AIDAALICE',
    userName: 'alice',
  },
};
export const root: Caller = {
  ...origin,
  account,
  accessKeyId: 'AKIAROOTROOTROOTROOT',
  principal: { type: 'Root', account, arn: `arn:aws:iam::${account}:root` },
};

/** The caller that a session token makes of whoever holds it. */
export const holding = ({ account: of, principal, accessKeyId, session }: SealedSession): Caller => ({
  ...origin,
  account: of,
  principal,
  accessKeyId,
  session,
});

/** A session of alice's by GetSessionToken. */
export const aliceInSession: Caller = {
  ...alice,
  accessKeyId: 'ASIAALICEALICEALICEA',
  session: sessionOf('GetSessionToken'),
};

export function sessionOf(kind: Session['kind'], rest: Partial<Session> = {}): Session {
  return { kind, issuedAt: now.toISOString(), expiresAt: '2026-11-20T11:00:00.000Z', ...rest };
}

/** What happened before, by account. */
export type History = Readonly<Record<string, readonly Event[]>>;

const aggregates = [directory, credentials] as unknown as readonly Aggregate<Record<string, Table<unknown>>>[];

function tableOf(history: History, model: ReadModel<never>, owner: string): Table<unknown> | undefined {
  for (const aggregate of aggregates) {
    const { models, evolve } = aggregate;
    const key = Object.keys(models).find((each) => models[each]?.name === model.name);
    if (key === undefined) continue;
    const state = aggregate.empty(owner);
    const occurrence = { at: now.toISOString(), actor: 'muniment', eventId: 'event' };
    for (const { type, data } of history[owner] ?? []) evolve[type]?.(state, data as never, occurrence as never);
    return state[key];
  }
  return undefined;
}

/** The stored rows that a history leads to. */
function sourcesOf(history: History): Sources {
  const table = <Row>(model: ReadModel<Row>, owner: string) =>
    tableOf(history, model as ReadModel<never>, owner) as Table<Row> | undefined;
  return onlySources({
    find: (model, key, owner = account) => table(model, owner)?.keyed(key),
    findById: (model, id, owner = account) => table(model, owner)?.byId(id),
    anywhere: (model, id) =>
      Object.keys(history).flatMap((owner) => {
        const row = table(model, owner)?.byId(id);
        return row ? [{ account: owner, row }] : [];
      })[0],
  });
}

export interface Answered {
  /** The largest of the answers: which members are there is what tests look at. */
  readonly output: Required<sts.AssumeRoleResponse>;
  /** What decisions would have been asked. */
  readonly asks: AnsweredQuery<unknown>['asks'];
  /** What the answered session token holds, opened. */
  readonly sealed: SealedSession;
}

/** Answers as the shell does when everything that is asked is permitted. */
export async function answer(query: Query, input: object, caller: Caller, history: History = {}): Promise<Answered> {
  let sealed: SealedSession | undefined;
  const sealToken = (content: string): string => {
    sealed = readSession(content);
    // As long as a sealed one: initialization vector, content, tag.
    return Buffer.alloc(12 + Buffer.byteLength(content) + 16).toString('base64');
  };
  const { output, asks } = await answerTo(query, input, { caller, at: now, sources: sourcesOf(history), sealToken });
  return { output: output as Answered['output'], asks, sealed: sealed as SealedSession };
}

/** Expects a refusal: `await expect(answer(…)).rejects.toEqual(fault(code, message))`. */
export const fault = (code: string, message: unknown) => expect.objectContaining({ name: 'Fault', code, message });
