import type { iam } from '@muniment/aws-model';
import {
  type Ask,
  type Call,
  type Caller,
  Fault,
  isPieces,
  type Query,
  type Sources,
  unrestricted,
} from '@muniment/kernel';
import { type Accounts, account, now, other, rootCalls } from '../accounts.testing.js';
import { SimulateCustomPolicy } from './simulate-custom-policy.js';
import { SimulatePrincipalPolicy } from './simulate-principal-policy.js';

const unread = () => {
  throw new Error('a simulation reads no such thing');
};

function sourcesOf(accounts: Accounts, caller: Caller): Sources {
  const { find, findById } = accounts.reader;
  return {
    find: (model, key, owner = caller.account) => find(model, key, owner),
    findById: (model, id, owner = caller.account) => findById(model, id, owner),
    list: (model) => accounts.rowsOf(model, caller.account),
    async anywhere(model, id) {
      for (const owner of [account, other]) {
        const row = await findById(model, id, owner);
        if (row) return { account: owner, row };
      }
      return undefined;
    },
    filed: unread,
    count: unread,
    history: unread,
    decide: unread,
    seal: unread,
    random: unread,
    id: unread,
  };
}

function callOf({ operation }: Query, caller: Caller): Call {
  return {
    account: caller.account,
    partition: 'aws',
    caller,
    requestId: 'request',
    now,
    id: (prefix) => prefix,
    after: () => now,
    fault(code, message) {
      const declared = operation.errors.find((error) => error.code === code);
      throw new Fault(code, message, declared?.status);
    },
  };
}

/** Answers as the shell does when everything that is asked is permitted. */
export async function answered<Input, Output>(
  query: Query<Input, Output>,
  input: Input,
  accounts: Accounts,
  caller: Caller = rootCalls(),
): Promise<{ readonly output: Output; readonly asks: readonly Ask[] }> {
  const call = callOf(query, caller);
  const { gather, authorize, decide, reply } = query.definition;
  const gathered = await gather(input, sourcesOf(accounts, caller), call);
  const asked = authorize === unrestricted ? [] : [authorize(input, gathered, call)].flat();
  const decided = decide ? whole(decide(input, gathered, call)) : gathered;
  const output = reply(decided, input, call, undefined as never) as Output;
  return { output, asks: asked.filter((ask): ask is Ask => Boolean(ask)) };
}

function whole(work: unknown): unknown {
  if (!isPieces(work)) return work;
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** The code and text of a refusal, as `code: text`. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Fault)) throw error;
  return `${error.code}: ${error.message}`;
}

type Results = readonly iam.EvaluationResult[];

export async function custom(input: Partial<iam.SimulateCustomPolicyRequest>, accounts: Accounts): Promise<Results> {
  const whole = { PolicyInputList: [], ActionNames: ['s3:GetObject'], ...input };
  return (await answered(SimulateCustomPolicy, whole, accounts)).output.EvaluationResults ?? [];
}

export const userOf = (name: string): string => `arn:aws:iam::${account}:user/${name}`;

export async function principal(
  input: Partial<iam.SimulatePrincipalPolicyRequest>,
  accounts: Accounts,
): Promise<Results> {
  const whole = { PolicySourceArn: userOf('alice'), ActionNames: ['s3:GetObject'], ...input };
  return (await answered(SimulatePrincipalPolicy, whole, accounts)).output.EvaluationResults ?? [];
}

/** What one result says, short enough for tables. */
export const verdicts = (results: Results): string[] =>
  results.map(({ EvalActionName, EvalDecision }) => `${EvalActionName} ${EvalDecision}`);

/** Who decided: `PolicyInputList.1 (IAM Policy)`. */
export const matched = (results: Results): string[] =>
  results.flatMap(({ MatchedStatements = [] }) =>
    MatchedStatements.map(({ SourcePolicyId, SourcePolicyType }) => `${SourcePolicyId} (${SourcePolicyType})`),
  );

/** One entry of `ContextEntries`. */
export const entry = (name: string, type: string, ...values: string[]) => ({
  ContextKeyName: name,
  ContextKeyType: type as iam.ContextKeyTypeEnum,
  ContextKeyValues: values,
});
