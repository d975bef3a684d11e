import type { iam } from '@muniment/aws-model';
import type { Call, Pieces } from '@muniment/kernel';
import type { CompiledPolicy } from '@muniment/policy';
import type { Catalogue } from '@muniment/service-catalog';
import { aboutOf, checkActions, nameOfSeveral } from './action-knowledge.js';
import { Answer, type Owner } from './answer.js';
import type { Considered } from './considered.js';
import { readEntries } from './context-entries.js';
import { type Grounds, type Outcome, outcomeOf } from './outcome.js';
import { idOfInput } from './policy-name.js';

/** What both simulations take. */
export type Input = Omit<iam.SimulatePrincipalPolicyRequest, 'PolicySourceArn' | 'PolicyExclusionList'>;

export type Refusing = Call<'InvalidInput'>;

/** What is known before a simulation's own input is read. */
export interface Known {
  readonly considered: Considered;
  readonly catalogue: Catalogue;
  readonly owner: Owner;
}

const mostResources = 2000;
const defaultPage = 100;

/*
 * Whoever simulates keeps others waiting for their decisions, so there are bounds to it. What one action on one resource
 * costs depends on how much there is to look at: statements, condition keys, values of the request.
 */

/** For one page: AWS, too, may give less than was asked for. */
const mostOfPage = 50_000;
/** For one action, which is answered as a whole. */
const mostOfAction = 200_000;

/** What there is to look at for one action on one resource. */
const costOf = ({ considered }: Known, { keys, entries }: Grounds): number =>
  1 + considered.statements + keys.length + entries.size;

/** The resources that are named; undefined when none are, or all. */
export function resourcesOf({ ResourceArns: given = [] }: Input, call: Refusing): readonly string[] | undefined {
  if (given.length === 0 || (given.length === 1 && given[0] === '*')) return undefined;
  if (given.length > mostResources) {
    call.fault('InvalidInput', `there may be ${mostResources} resources at most, not ${given.length}`);
  }
  const wrong = given.find((arn) => !/^arn:[^:]+:[^:]+:[^:]*:[^:]*:./s.test(arn));
  if (wrong !== undefined) {
    call.fault('InvalidInput', `ResourceNames are not in a valid ARN format: ${wrong}.`);
  }
  return given;
}

/** The account of `ResourceOwner`, which AWS wants as an ARN. */
export function ownerIn({ ResourceOwner: owner }: Input, call: Refusing): string | undefined {
  if (owner === undefined) return undefined;
  const [, account] = /^arn:[^:]+:iam::(\d{12}):./.exec(owner) ?? [];
  return account ?? call.fault('InvalidInput', `'${owner}' is not a valid as a Resource Owner.`);
}

/** Compiles the policies of one member of the input. */
export function policiesIn(
  texts: readonly string[] | undefined,
  { name, called }: { readonly name: string; readonly called: string },
  type: 'identity' | 'boundary' | 'scp',
  considered: Considered,
  call: Refusing,
): CompiledPolicy[] {
  return (texts ?? []).map((text, at) => {
    const policy = considered.given(text, idOfInput(`${name}.${at + 1}`), type, call.partition);
    return policy ?? call.fault('InvalidInput', `${called} input list item ${at + 1} has invalid content`);
  });
}

export const identityIn = (
  { PolicyInputList: texts }: Pick<Input, 'PolicyInputList'>,
  considered: Considered,
  call: Refusing,
) => policiesIn(texts, { name: 'PolicyInputList', called: 'Policy' }, 'identity', considered, call);

/** The boundary of the request; there is one at most. */
export function boundaryIn(input: Input, considered: Considered, call: Refusing): CompiledPolicy | undefined {
  const { PermissionsBoundaryPolicyInputList: texts = [] } = input;
  if (texts.length > 1) {
    call.fault('InvalidInput', 'The list of Permissions Boundary policies cannot exceed 1 items.');
  }
  const member = { name: 'PermissionsBoundaryPolicyInputList', called: 'Permissions boundary policy' };
  return policiesIn(texts, member, 'boundary', considered, call)[0];
}

/** The policy of the resources: somebody has to call, and it has to be about something. */
export function resourcePolicyIn(
  { ResourcePolicy: text }: Input,
  resources: readonly string[] | undefined,
  hasCaller: boolean,
  considered: Considered,
  call: Refusing,
): CompiledPolicy | undefined {
  if (text === undefined) return undefined;
  if (!hasCaller) call.fault('InvalidInput', 'Invalid caller - Caller cannot be null or empty.');
  if (!resources) call.fault('InvalidInput', 'Invalid Entity Arn: * does not clearly define entity type and name.');
  const policy = considered.given(text, idOfInput('ResourcePolicy'), 'resource', call.partition);
  return policy ?? call.fault('InvalidInput', 'Resource policy has invalid content');
}

/** Where the page begins that a marker stands for. */
function startOf({ Marker: marker }: Input, call: Refusing): number {
  if (marker === undefined) return 0;
  const start = Number(marker);
  return Number.isSafeInteger(start) && start > 0
    ? start
    : call.fault('InvalidInput', 'Invalid marker for pagination.');
}

const handled = (option: string, action: string): boolean =>
  option.startsWith('EC2-') && action.toLowerCase() === 'ec2:runinstances';

function checkHandling({ ResourceHandlingOption: option, ActionNames: actions }: Input, call: Refusing): void {
  const other = option === undefined ? undefined : actions.find((action) => !handled(option, action));
  if (other === undefined) return;
  call.fault(
    'InvalidInput',
    `Invalid input resource handling options. Action does not support resource handling options: ${other}.`,
  );
}

/** One page of a simulation: an answer for each action. Decisions wait for one resource at most. */
export function* simulate(
  input: Input,
  known: Known,
  grounds: Grounds,
  resources: readonly string[] | undefined,
  call: Refusing,
): Pieces<iam.SimulatePolicyResponse> {
  const { considered, catalogue, owner } = known;
  const { ActionNames: actions, MaxItems: most = defaultPage } = input;
  checkActions(catalogue, actions, resources, call);
  if (resources) checkHandling(input, call);
  const start = startOf(input, call);
  const cost = costOf(known, grounds) * (resources?.length ?? 1);
  if (cost > mostOfAction) {
    call.fault(
      'InvalidInput',
      `\`${resources?.length ?? 1}\` resources are too many for this many statements and keys`,
    );
  }
  const end = start + Math.min(most, Math.max(1, Math.floor(mostOfPage / cost)));
  const answer = new Answer(considered, owner);
  const results: iam.EvaluationResult[] = [];
  for (const action of actions.slice(start, end)) {
    const isAbout = aboutOf(catalogue, action);
    const outcomes: Outcome[] = [];
    for (const resource of resources ?? ['*']) {
      outcomes.push(outcomeOf(grounds, action, resource, isAbout(resource)));
      yield;
    }
    const several = resources && resources.length > 1;
    const name = several ? nameOfSeveral(catalogue, action) : (resources?.[0] ?? '*');
    results.push(answer.of(action, name, resources, outcomes));
  }
  const more = end < actions.length;
  return { EvaluationResults: results, IsTruncated: more, ...(more && { Marker: String(end) }) };
}

export const entriesIn = ({ ContextEntries: entries }: Input, call: Refusing) => readEntries(entries, call);
