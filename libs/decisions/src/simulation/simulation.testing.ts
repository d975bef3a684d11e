import type { iam } from '@muniment/aws-model';
import { type Caller, Fault, type Query, type Sources } from '@muniment/kernel';
import { type Answered, answerTo, onlySources } from '@muniment/testing';
import { type Accounts, account, now, other, rootCalls } from '../accounts.testing.js';
import { SimulateCustomPolicy } from './simulate-custom-policy.js';
import { SimulatePrincipalPolicy } from './simulate-principal-policy.js';

function sourcesOf(accounts: Accounts, caller: Caller): Sources {
  const { find, findById } = accounts.reader;
  return onlySources({
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
  });
}

/** Answers as the shell does when everything that is asked is permitted. */
export const answered = <Input, Output>(
  query: Query<Input, Output>,
  input: Input,
  accounts: Accounts,
  caller: Caller = rootCalls(),
): Promise<Answered<Output>> => answerTo(query, input, { caller, at: now, sources: sourcesOf(accounts, caller) });

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
