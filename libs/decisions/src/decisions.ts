import type { Ask, Awaitable, Caller, Change, Tag } from '@muniment/kernel';
import {
  type AuthorizationRequest,
  type CompiledPolicy,
  type Decision,
  denialText,
  evaluate,
  type PolicySet,
} from '@muniment/policy';
import { Documents } from './documents.js';
import { isControlled, isServiceLinked, type Place, placeOf } from './place.js';
import { Named } from './named.js';
import { Remembered } from './remembered.js';
import { contextOf, type Known, ownerOf, serviceOf, type Subject } from './request-context.js';
import { type Reader, Rows } from './rows.js';
import { type Library, managedPolicy, type Standing, standingOf } from './standing.js';

/** May the caller do this to that. */
export type Question = Ask & { readonly action: string };

export type Verdict = { readonly allowed: true } | { readonly allowed: false; readonly message: string };

export interface DecisionsOptions {
  /** Rows of the directory. */
  readonly from: Reader;
  /** Principals whose compiled policies stay in memory; the least recently used go first. */
  readonly principals?: number;
  /** Compiled documents that stay in memory. */
  readonly documents?: number;
  /** Accounts whose place in an organization stays in memory, with what limits them there. */
  readonly accounts?: number;
  /** Whether what it decides by can be explained: compiled policies take several times the memory then. */
  readonly explainable?: boolean;
}

const fewExplained = { principals: 50, documents: 500, accounts: 50 };

const noTags: readonly Tag[] = [];

const allowed: Verdict = { allowed: true };

/** Nobody is allowed anything by policies that went away with the principal, not even what a resource would allow. */
const gone: Decision = { effect: 'Deny', explicit: false, by: 'identity', statements: [] };

/** A decision, and the request that it answers. */
export interface Judgement {
  /** The one that is denied, else the first; undefined when nothing was asked. */
  readonly request: AuthorizationRequest | undefined;
  /** Allowed: by all statements that were needed for all questions. */
  readonly decision: Decision;
}

/** Policies that come with a question, and who wants to see what is evaluated. */
export interface Brought {
  readonly session?: readonly CompiledPolicy[];
  /** Of every resource that the questions are about. */
  readonly resource?: CompiledPolicy;
  /** `policies` are undefined when the principal is gone. */
  readonly watch?: (request: AuthorizationRequest, policies: PolicySet | undefined) => void;
}

const nothing: Brought = {};

/** What decides all questions about one subject alike; only good until the next thing happens. */
export interface Grounds {
  /** Undefined: there is no such principal. */
  readonly standing: Standing | undefined;
  /** The standing's policies and those of the session. */
  readonly policies: PolicySet | undefined;
  /** Where the principal's account stands. */
  readonly home: Place | undefined;
  /** The condition keys of the question before: of a batch, the next one often has the same. */
  recent?: RecentContext;
}

/** Condition keys, and what they were made of. */
interface RecentContext {
  readonly subject: Subject;
  readonly given: Question['context'];
  readonly service: string;
  readonly ownerAccount: string;
  readonly owner: Place | undefined;
  readonly now: Date;
  readonly keys: AuthorizationRequest['context'];
}

/**
 * Decides calls by the policies in force: those of the user and its groups or of the role, boundary, session and
 * trust policy, and those of the organization. Compiled policies are kept until `changed` tells that the rows they were made from are others.
 *
 * @example
 * const decisions = new Decisions({ from: sources });
 * const verdict = await decisions.authorize(caller, [{ action: 'iam:GetUser', resource: userArn }], new Date());
 */
export class Decisions {
  readonly #from: Reader;
  readonly #rows: Rows;
  /** Principals and services by the names that questions give them. */
  readonly named: Named;
  readonly #documents: Documents;
  /** `absent` is remembered too: keys of deleted users are tried again and again. */
  readonly #standings: Remembered<Standing | 'absent'>;
  /** By account; `absent`: in no organization. */
  readonly #places: Remembered<Place | 'absent'>;
  /** Managed policies that sessions were given, by account and ARN. */
  readonly #ofSessions: Remembered<CompiledPolicy>;
  #explaining: Decisions | undefined;

  constructor(options: DecisionsOptions) {
    const { from, principals = 10_000, documents = 5000, accounts = 10_000, explainable = false } = options;
    this.#from = from;
    this.#rows = new Rows(from);
    this.named = new Named(this.#rows, principals);
    this.#documents = new Documents(documents, explainable);
    this.#standings = this.#rows.serve(new Remembered(principals));
    this.#places = this.#rows.serve(new Remembered(accounts));
    this.#ofSessions = this.#rows.serve(new Remembered(documents));
  }

  /**
   * Allowed when every question is. Rejects when the directory cannot be read; whoever asks must not go on then.
   * Answers at once when everything needed is remembered.
   */
  authorize(caller: Caller, questions: readonly Question[], now: Date): Awaitable<Verdict> {
    const judged = this.judge(caller, questions, now);
    return judged instanceof Promise ? judged.then(verdictOf) : verdictOf(judged);
  }

  /** The same about anybody, with all that is known of the decision: of the first question that is denied, else of all. */
  judge(
    subject: Subject,
    questions: readonly Question[],
    now: Date,
    more: Brought = nothing,
    grounds: Awaitable<Grounds> = this.grounds(subject),
  ): Awaitable<Judgement> {
    const narrowed = more.session !== undefined || hasPolicies(subject);
    if (grounds instanceof Promise || narrowed || !allAtHome(subject, questions)) {
      return this.#judgeLater(grounds, subject, questions, now, more);
    }
    return this.#decide(subject, questions, now, grounds, more);
  }

  /** What is known about a subject; at once when it is remembered. */
  grounds(subject: Subject): Awaitable<Grounds> {
    const standing = this.#standing(subject);
    const home = this.#place(subject.principal.account, partitionOf(subject));
    if (standing instanceof Promise || home instanceof Promise) return groundsOf(standing, home);
    return { standing, policies: standing?.policies, home };
  }

  async #judgeLater(
    found: Awaitable<Grounds>,
    subject: Subject,
    questions: readonly Question[],
    now: Date,
    more: Brought,
  ): Promise<Judgement> {
    const { standing, home } = await found;
    const policies = standing && (await this.#withSession(standing.policies, subject, more));
    const partition = partitionOf(subject);
    const owners = await Promise.all(questions.map(async (each) => this.#place(ownerOf(each, subject), partition)));
    return this.#decide(subject, questions, now, { standing, policies, home }, more, owners);
  }

  /** `owners`: where the account of each question's resource stands; absent: all of them are the principal's own. */
  #decide(
    subject: Subject,
    questions: readonly Question[],
    now: Date,
    grounds: Grounds,
    more: Brought,
    owners?: readonly (Place | undefined)[],
  ): Judgement {
    const { standing, policies, home } = grounds;
    const partition = partitionOf(subject);
    let judged: Judgement | undefined;
    for (const [index, question] of questions.entries()) {
      const owner = owners ? owners[index] : home;
      const ownerAccount = owners ? ownerOf(question, subject) : subject.principal.account;
      const request: AuthorizationRequest = {
        principal: standing?.principal ?? subject.principal,
        action: question.action,
        resource: question.resource,
        resourceAccount: question.account,
        context: keysOf(grounds, subject, { ownerAccount, owner }, now, question, partition),
      };
      const applying = policies && this.#applying(policies, subject, question, { home, owner }, more);
      const decision = applying ? evaluate(request, applying) : gone;
      more.watch?.(request, applying);
      if (decision.effect !== 'Allow') return { request, decision };
      judged = judged ? together(judged, decision) : { request, decision };
    }
    // Nothing asked is nothing allowed: nobody may go by it.
    return judged ?? { request: undefined, decision: gone };
  }

  /** The same decisions by policies that can be explained; a few are kept, since few are asked for. */
  get explaining(): Decisions {
    this.#explaining ??= new Decisions({ from: this.#from, ...fewExplained, explainable: true });
    return this.#explaining;
  }

  /** Tells that rows have changed: what was made from them is made anew when it is needed next. */
  changed(changes: readonly Change[]): void {
    this.#rows.changed(changes);
    this.#explaining?.changed(changes);
  }

  /** Tells that rows may be others without a word: nothing that was made from them is used any more. */
  lost(): void {
    this.#rows.lost();
    this.#explaining?.lost();
  }

  #standing(caller: Subject): Awaitable<Standing | undefined> {
    const { principal } = caller;
    const key = `${principal.account} ${idOf(caller)}`;
    const known = this.#standings.get(key);
    if (known !== undefined) return standingFor(caller, known);
    return this.#rows
      .recall(
        this.#standings,
        key,
        async (from) => (await standingOf(principal, this.#library(caller, from))) ?? 'absent',
      )
      .then((standing) => standingFor(caller, standing));
  }

  async #withSession(policies: PolicySet, caller: Subject, more: Brought): Promise<PolicySet> {
    const { session } = caller;
    if (more.session === undefined && !hasPolicies(caller)) return policies;
    const compiled: CompiledPolicy[] = [...(more.session ?? [])];
    if (session?.policy !== undefined) {
      compiled.push(this.#documents.compiled(session.policy, 'session-policy', 'session', partitionOf(caller)));
    }
    for (const arn of session?.policyArns ?? []) compiled.push(await this.#ofSession(arn, caller));
    return { ...policies, session: compiled };
  }

  async #ofSession(arn: string, caller: Subject): Promise<CompiledPolicy> {
    const key = `${caller.principal.account} ${arn}`;
    return (
      this.#ofSessions.get(key) ??
      this.#rows.recall(this.#ofSessions, key, (from) => managedPolicy(arn, 'session', this.#library(caller, from)))
    );
  }

  /** All policies that bear on a question. */
  #applying(
    policies: PolicySet,
    caller: Subject,
    { action, resourcePolicy }: Question,
    { home, owner }: { readonly home: Place | undefined; readonly owner: Place | undefined },
    more: Brought,
  ): PolicySet {
    const free = isServiceLinked(caller.principal);
    const scps = free ? undefined : home?.scps;
    const rcps = free || !isControlled(action) ? undefined : owner?.rcps;
    if (!resourcePolicy && !more.resource && !scps && !rcps) return policies;
    const resource = resourcePolicy
      ? this.#documents.compiled(resourcePolicy.document, resourcePolicy.id, resourcePolicy.kind, partitionOf(caller))
      : more.resource;
    return { ...policies, resource, scps, rcps };
  }

  #place(account: string, partition: string): Awaitable<Place | undefined> {
    const known = this.#places.get(account);
    if (known !== undefined) return known === 'absent' ? undefined : known;
    return this.#rows
      .recall(
        this.#places,
        account,
        async (from) => (await placeOf(account, from, this.#documents, partition)) ?? 'absent',
      )
      .then((place) => (place === 'absent' ? undefined : place));
  }

  #library(caller: Subject, from: Reader): Library {
    return { documents: this.#documents, from, account: caller.principal.account, partition: partitionOf(caller) };
  }
}

/** Policies never change a request's keys, so that those of the question before do when they were made of the same. */
function keysOf(
  grounds: Grounds,
  subject: Subject,
  { ownerAccount, owner }: Pick<Known, 'ownerAccount' | 'owner'>,
  now: Date,
  question: Question,
  partition: string,
): AuthorizationRequest['context'] {
  const { recent, standing, home } = grounds;
  const given = question.context;
  const service = serviceOf(question.action);
  if (
    recent?.subject === subject &&
    recent.given === given &&
    recent.service === service &&
    recent.ownerAccount === ownerAccount &&
    recent.owner === owner &&
    recent.now === now
  ) {
    return recent.keys;
  }
  const tags = standing?.tags ?? noTags;
  const keys = contextOf(subject, { tags, ownerAccount, home, owner }, now, service, given, partition);
  grounds.recent = { subject, given, service, ownerAccount, owner, now, keys };
  return keys;
}

/** Sessions of one role share its policies, not its name. */
function standingFor({ principal }: Subject, standing: Standing | 'absent'): Standing | undefined {
  if (standing === 'absent') return undefined;
  return principal.type === 'AssumedRole' ? { ...standing, principal } : standing;
}

const allAtHome = (caller: Subject, questions: readonly Question[]): boolean =>
  questions.every((question) => ownerOf(question, caller) === caller.principal.account);

function partitionOf({ principal: { arn } }: Subject): string {
  const from = arn.indexOf(':') + 1;
  const end = arn.indexOf(':', from);
  return from === 0 ? 'aws' : arn.slice(from, end < 0 ? undefined : end);
}

function idOf({ principal }: Subject): string {
  switch (principal.type) {
    case 'Root':
      return 'root';
    case 'User':
      return principal.userId;
    case 'AssumedRole':
      return principal.roleId;
  }
}

const hasPolicies = ({ session }: Subject): boolean =>
  session !== undefined && (session.policy !== undefined || (session.policyArns?.length ?? 0) > 0);

async function groundsOf(found: Awaitable<Standing | undefined>, foundHome: Awaitable<Place | undefined>) {
  const [standing, home] = await Promise.all([found, foundHome]);
  return { standing, policies: standing?.policies, home };
}

function verdictOf({ request, decision }: Judgement): Verdict {
  if (decision.effect === 'Allow') return allowed;
  return { allowed: false, message: request ? denialText(request, decision) : 'nothing was asked' };
}

/** What has allowed all questions so far. */
function together({ request, decision }: Judgement, next: Decision): Judgement {
  const statements = [...decision.statements, ...next.statements];
  return { request, decision: { ...decision, statements } };
}
