import type { Ask, Awaitable, Caller, Change, Session, Tag } from '@muniment/kernel';
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
import { Remembered } from './remembered.js';
import { contextOf, ownerOf } from './request-context.js';
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
}

const noTags: readonly Tag[] = [];

const allowed: Verdict = { allowed: true };

/** Nobody is allowed anything by policies that went away with the principal, not even what a resource would allow. */
const gone: Decision = { effect: 'Deny', explicit: false, by: 'identity', statements: [] };

/** What decides all questions of a call alike. */
interface Grounds {
  /** Undefined: there is no such principal. */
  readonly standing: Standing | undefined;
  /** The standing's policies and those of the session. */
  readonly policies: PolicySet | undefined;
  /** Where the principal's account stands. */
  readonly home: Place | undefined;
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
  readonly #rows: Rows;
  readonly #documents: Documents;
  /** `absent` is remembered too: keys of deleted users are tried again and again. */
  readonly #standings: Remembered<Standing | 'absent'>;
  /** By account; `absent`: in no organization. */
  readonly #places: Remembered<Place | 'absent'>;
  /** Managed policies that sessions were given, by account and ARN. */
  readonly #ofSessions: Remembered<CompiledPolicy>;

  constructor({ from, principals = 10_000, documents = 5000, accounts = 10_000 }: DecisionsOptions) {
    this.#rows = new Rows(from);
    this.#documents = new Documents(documents);
    this.#standings = this.#rows.serve(new Remembered(principals));
    this.#places = this.#rows.serve(new Remembered(accounts));
    this.#ofSessions = this.#rows.serve(new Remembered(documents));
  }

  /**
   * Allowed when every question is. Rejects when the directory cannot be read; whoever asks must not go on then.
   * Answers at once when everything needed is remembered.
   */
  authorize(caller: Caller, questions: readonly Question[], now: Date): Awaitable<Verdict> {
    const standing = this.#standing(caller);
    const home = this.#place(caller.principal.account, partitionOf(caller));
    const { session } = caller;
    const narrowed = session !== undefined && hasPolicies(session);
    if (standing instanceof Promise || home instanceof Promise || narrowed || !allAtHome(caller, questions)) {
      return this.#authorizeLater(standing, home, caller, questions, now);
    }
    return this.#decide(caller, questions, now, { standing, policies: standing?.policies, home });
  }

  async #authorizeLater(
    found: Awaitable<Standing | undefined>,
    foundHome: Awaitable<Place | undefined>,
    caller: Caller,
    questions: readonly Question[],
    now: Date,
  ): Promise<Verdict> {
    const [standing, home] = await Promise.all([found, foundHome]);
    const policies = standing && (await this.#withSession(standing.policies, caller));
    const partition = partitionOf(caller);
    const owners = await Promise.all(questions.map(async (each) => this.#place(ownerOf(each, caller), partition)));
    return this.#decide(caller, questions, now, { standing, policies, home }, owners);
  }

  /** `owners`: where the account of each question's resource stands; absent: all of them are the principal's own. */
  #decide(
    caller: Caller,
    questions: readonly Question[],
    now: Date,
    { standing, policies, home }: Grounds,
    owners?: readonly (Place | undefined)[],
  ): Verdict {
    const partition = partitionOf(caller);
    const tags = standing?.tags ?? noTags;
    for (const [index, question] of questions.entries()) {
      const owner = owners ? owners[index] : home;
      const ownerAccount = owners ? ownerOf(question, caller) : caller.principal.account;
      const request: AuthorizationRequest = {
        principal: standing?.principal ?? caller.principal,
        action: question.action,
        resource: question.resource,
        resourceAccount: question.account,
        context: contextOf(caller, { tags, ownerAccount, home, owner }, now, question, partition),
      };
      const decision = policies ? evaluate(request, this.#applying(policies, caller, question, { home, owner })) : gone;
      if (decision.effect !== 'Allow') return { allowed: false, message: denialText(request, decision) };
    }
    return allowed;
  }

  /** Tells that rows have changed: what was made from them is made anew when it is needed next. */
  changed(changes: readonly Change[]): void {
    this.#rows.changed(changes);
  }

  /** Tells that rows may be others without a word: nothing that was made from them is used any more. */
  lost(): void {
    this.#rows.lost();
  }

  #standing(caller: Caller): Awaitable<Standing | undefined> {
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

  async #withSession(policies: PolicySet, caller: Caller): Promise<PolicySet> {
    const { session } = caller;
    if (session === undefined || !hasPolicies(session)) return policies;
    const compiled: CompiledPolicy[] = [];
    if (session.policy !== undefined) {
      compiled.push(this.#documents.compiled(session.policy, 'session-policy', 'session', partitionOf(caller)));
    }
    for (const arn of session.policyArns ?? []) compiled.push(await this.#ofSession(arn, caller));
    return { ...policies, session: compiled };
  }

  async #ofSession(arn: string, caller: Caller): Promise<CompiledPolicy> {
    const key = `${caller.principal.account} ${arn}`;
    return (
      this.#ofSessions.get(key) ??
      this.#rows.recall(this.#ofSessions, key, (from) => managedPolicy(arn, 'session', this.#library(caller, from)))
    );
  }

  /** All policies that bear on a question. */
  #applying(
    policies: PolicySet,
    caller: Caller,
    { action, resourcePolicy }: Question,
    { home, owner }: { readonly home: Place | undefined; readonly owner: Place | undefined },
  ): PolicySet {
    const free = isServiceLinked(caller.principal);
    const scps = free ? undefined : home?.scps;
    const rcps = free || !isControlled(action) ? undefined : owner?.rcps;
    if (!resourcePolicy && !scps && !rcps) return policies;
    const resource =
      resourcePolicy &&
      this.#documents.compiled(resourcePolicy.document, resourcePolicy.id, resourcePolicy.kind, partitionOf(caller));
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

  #library(caller: Caller, from: Reader): Library {
    return { documents: this.#documents, from, account: caller.principal.account, partition: partitionOf(caller) };
  }
}

/** Sessions of one role share its policies, not its name. */
function standingFor({ principal }: Caller, standing: Standing | 'absent'): Standing | undefined {
  if (standing === 'absent') return undefined;
  return principal.type === 'AssumedRole' ? { ...standing, principal } : standing;
}

const allAtHome = (caller: Caller, questions: readonly Question[]): boolean =>
  questions.every((question) => ownerOf(question, caller) === caller.principal.account);

function partitionOf({ principal: { arn } }: Caller): string {
  const from = arn.indexOf(':') + 1;
  const end = arn.indexOf(':', from);
  return from === 0 ? 'aws' : arn.slice(from, end < 0 ? undefined : end);
}

function idOf({ principal }: Caller): string {
  switch (principal.type) {
    case 'Root':
      return 'root';
    case 'User':
      return principal.userId;
    case 'AssumedRole':
      return principal.roleId;
  }
}

const hasPolicies = ({ policy, policyArns = [] }: Session): boolean => policy !== undefined || policyArns.length > 0;
