import type { muniment } from '@muniment/aws-model';
import type { Awaitable, Caller } from '@muniment/kernel';
import { type AuthorizationRequest, denialText, explain } from '@muniment/policy';
import type { Brought, Decisions, Grounds, Judgement, Question } from '../decisions.js';
import type { Subject } from '../request-context.js';
import { contextIn, type GivenKeys } from './context.js';
import { DocumentsBrought } from './documents-brought.js';
import { Noted } from './noted.js';
import type { OwnService } from './own-service.js';
import { policyTypes, statementOf, traceOf } from './traced.js';
import { Unanswerable } from './unanswerable.js';

/** Who asks; where nobody is known who does, every question has to say whom it is about. */
export interface Asking {
  readonly caller?: Caller;
  readonly partition: string;
  readonly now: Date;
}

/** What came of a question. */
export type Answered = muniment.IsAuthorizedResponse | { readonly error: Unanswerable };

/**
 * What was found for one question of a batch, for the next ones that are about the same. A batch is answered in one go, so
 * that nothing changes meanwhile; what had to be waited for is not shared.
 */
interface Shared {
  /** What the batch says of all its questions. */
  readonly batch?: Omit<muniment.BatchIsAuthorizedRequest, 'Questions'>;
  /** Its condition keys, as they are for questions about this service, and for whom. */
  common?: { readonly service: OwnService | undefined; readonly ofCaller: boolean; readonly given: GivenKeys };
  arn?: string;
  subject?: Subject;
  grounds?: Awaitable<Grounds>;
  prefix?: string;
  service?: OwnService | undefined;
}

/** Decisions that a batch may need altogether: they are made one after another, and nothing else meanwhile. */
const mostDecisions = 1000;

const anything = ['*'];

/** A session is asked about by name: what it was given besides is only in its token, and in the question. */
const ofRoles = ['SessionTags', 'SessionPolicy', 'SessionPolicyArns'] as const;

/**
 * Answers questions about anybody by the policies in force. What cannot be decided is never allowed: it is an error.
 *
 * @example
 * const inquiries = new Inquiries(decisions);
 * await inquiries.answer({ Principal: arn, Actions: ['orders:GetOrder'], Resources: [order] }, { partition, now });
 */
export class Inquiries {
  readonly #decisions: Decisions;
  readonly #brought = new DocumentsBrought();

  constructor(decisions: Decisions) {
    this.#decisions = decisions;
  }

  /** Rejects only when the directory cannot be read. */
  answer(question: muniment.IsAuthorizedRequest, asking: Asking, shared: Shared = {}): Awaitable<Answered> {
    try {
      const judged = this.#answer(question, asking, shared);
      return judged instanceof Promise ? judged.catch(unanswered) : judged;
    } catch (error) {
      return unanswered(error);
    }
  }

  /** Each question by itself; one that cannot be decided is denied. */
  answerAll(
    { Questions: questions, ...batch }: muniment.BatchIsAuthorizedRequest,
    asking: Asking,
  ): Awaitable<readonly muniment.Answer[]> {
    const needed = questions.reduce(
      (sum, { Actions, Resources }) => sum + Actions.length * (Resources?.length ?? 1),
      0,
    );
    if (needed > mostDecisions) {
      const error = new Unanswerable(
        `${needed} decisions are needed for all questions, at most ${mostDecisions} are made`,
      );
      return questions.map(() => inBatch({ error }));
    }
    const shared: Shared = { batch };
    const answers = questions.map((question) => this.answer(question, asking, shared));
    if (answers.some((answer) => answer instanceof Promise)) {
      return Promise.all(answers.map(async (answer) => inBatch(await answer)));
    }
    return (answers as Answered[]).map(inBatch);
  }

  #answer(question: muniment.IsAuthorizedRequest, asking: Asking, shared: Shared): Awaitable<Answered> {
    const { batch } = shared;
    const arn = question.Principal ?? batch?.Principal;
    const isPlain = arn !== undefined && inSession(question) === undefined;
    if (isPlain && shared.subject && shared.arn === arn) return this.#about(shared.subject, question, asking, shared);
    const subject = this.#subject(arn, question, asking);
    if (subject instanceof Promise) {
      return subject.then((found) => this.#about(found, question, asking, { batch, arn }));
    }
    const next: Shared = isPlain
      ? Object.assign(shared, { arn, subject, prefix: undefined, grounds: undefined })
      : { batch, arn };
    return this.#about(subject, question, asking, next);
  }

  #subject(
    arn: string | undefined,
    question: muniment.IsAuthorizedRequest,
    { caller, partition }: Asking,
  ): Awaitable<Subject> {
    if (arn === undefined) return themselves(question, caller);
    const found = this.#decisions.named.principal(arn, partition);
    return found instanceof Promise
      ? found.then((principal) => subjectOf(principal, question, arn))
      : subjectOf(found, question, arn);
  }

  #about(
    subject: Subject,
    question: muniment.IsAuthorizedRequest,
    asking: Asking,
    shared: Shared,
  ): Awaitable<Answered> {
    const prefix = prefixOf(question.Actions);
    if (shared.prefix === prefix) return this.#judge(subject, shared.service, question, asking, shared);
    const service = this.#decisions.named.service(subject.principal.account, prefix);
    if (service instanceof Promise) {
      const { batch, arn } = shared;
      return service.then((found) => this.#judge(subject, found, question, asking, { batch, arn }));
    }
    Object.assign(shared, { prefix, service });
    return this.#judge(subject, service, question, asking, shared);
  }

  #judge(
    subject: Subject,
    service: OwnService | undefined,
    question: muniment.IsAuthorizedRequest,
    { partition, now, caller }: Asking,
    shared: Shared,
  ): Awaitable<Answered> {
    const ofCaller = caller !== undefined && shared.arn === undefined;
    const context = contextIn(question.Context, service, ofCaller, commonKeys(service, ofCaller, shared));
    const questions = questionsOf(question, service, context);
    const brought: Brought = this.#brought.of(question, partition);
    if (question.Explain) return this.#explain(subject, questions, now, brought);
    shared.grounds ??= this.#decisions.grounds(subject);
    const judged = this.#decisions.judge(subject, questions, now, brought, shared.grounds);
    return judged instanceof Promise ? judged.then(answerOf) : answerOf(judged);
  }

  /** By sets that still have their documents: those that decide have not. */
  async #explain(subject: Subject, questions: readonly Question[], now: Date, brought: Brought): Promise<Answered> {
    const Traces: muniment.Trace[] = [];
    const watch: Brought['watch'] = (request: AuthorizationRequest, policies) => {
      if (policies) Traces.push(traceOf(request, explain(request, policies)));
    };
    const judged = await this.#decisions.explaining.judge(subject, questions, now, { ...brought, watch });
    return { ...answerOf(judged), Traces };
  }
}

function unanswered(error: unknown): Answered {
  if (error instanceof Unanswerable) return { error };
  throw error;
}

function themselves(question: muniment.Question, caller: Caller | undefined): Subject {
  if (!caller) throw new Unanswerable('`Principal` is missing: nobody is known who asks');
  refuseSession(question);
  return caller;
}

const inSession = (question: muniment.Question) => ofRoles.find((member) => question[member] !== undefined);

function refuseSession(question: muniment.Question): void {
  const given = inSession(question);
  if (given) throw new Unanswerable(`\`${given}\` is for roles and their sessions only`);
}

function subjectOf(principal: Subject['principal'] | undefined, question: muniment.Question, arn: string): Subject {
  if (!principal) throw new Unanswerable(`there is no principal \`${arn}\``, 'UnknownPrincipalException');
  const { account } = principal;
  if (principal.type !== 'AssumedRole') {
    refuseSession(question);
    return { account, principal };
  }
  const { SessionTags, SessionPolicyArns } = question;
  const tags = SessionTags && Object.fromEntries(SessionTags.map(({ Key, Value }) => [Key, Value]));
  const session = {
    kind: 'AssumeRole' as const,
    ...(tags && { tags }),
    ...(SessionPolicyArns && { policyArns: SessionPolicyArns }),
  };
  return { account, principal, session };
}

const action = /^([^:*?\s]+):[^*?\s]+$/;

const prefixes = new Noted((name) => action.exec(name)?.[1]?.toLowerCase());

/** One question is about one service: its definition says what the condition keys are. */
function prefixOf(actions: readonly string[]): string {
  const [first = ''] = actions;
  let prefix: string | undefined;
  for (const each of actions) {
    const own = prefixes.of(each);
    if (own === undefined) {
      throw new Unanswerable(`\`${each}\` is no action: a whole name is needed, such as \`orders:GetOrder\``);
    }
    prefix ??= own;
    if (own !== prefix) {
      throw new Unanswerable(`\`${each}\` is an action of another service than \`${first}\`: ask for each by itself`);
    }
  }
  return prefix ?? '';
}

const isArn = (resource: string): boolean => /^arn(?::[^:]*){4}:[^]+$/.test(resource);

/** Checked once for all questions about one service. */
function commonKeys(service: OwnService | undefined, ofCaller: boolean, shared: Shared): GivenKeys | undefined {
  const { batch, common } = shared;
  if (batch?.Context === undefined) return undefined;
  if (common && common.service === service && common.ofCaller === ofCaller) return common.given;
  const given = contextIn(batch.Context, service, ofCaller);
  shared.common = { service, ofCaller, given };
  return given;
}

function questionsOf(
  { Actions, Resources = anything, ResourceOwner }: muniment.Question,
  service: OwnService | undefined,
  { keys: context }: GivenKeys,
): Question[] {
  const questions: Question[] = [];
  for (const action of Actions) {
    for (const resource of Resources) {
      const objection = service?.objection(action, resource);
      if (objection !== undefined) throw new Unanswerable(objection);
      // What fits a format is an ARN.
      if (!service && resource !== '*' && !isArn(resource))
        throw new Unanswerable(`\`${resource}\` is neither an ARN nor \`*\``);
      questions.push({ action, resource, account: ResourceOwner, context });
    }
  }
  return questions;
}

function answerOf({ request, decision }: Judgement): muniment.IsAuthorizedResponse {
  const { effect, explicit, by, statements } = decision;
  const DeterminingStatements = statements.map(statementOf);
  if (effect === 'Allow') return { Decision: 'ALLOW', Explicit: false, DeterminingStatements };
  return {
    Decision: 'DENY',
    Explicit: explicit,
    ...(by !== undefined && { DeniedBy: policyTypes[by] }),
    ...(request && { Action: request.action, Resource: request.resource, Message: denialText(request, decision) }),
    DeterminingStatements,
  };
}

function inBatch(answered: Answered): muniment.Answer {
  if (!('error' in answered)) return answered;
  const { code, message } = answered.error;
  const Error = { Code: code, Message: message };
  return { Decision: 'DENY', Explicit: false, DeterminingStatements: [], Error };
}
