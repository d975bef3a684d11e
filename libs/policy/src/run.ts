import { type Action, matchesAction } from './action.js';
import {
  candidatesOf,
  candidatesOfAll,
  type CompiledPolicy,
  type CompiledStatement,
  type StatementRef,
  WORTH_MERGING,
} from './compile.js';
import { forgetAnswers, holds } from './condition/condition.js';
import { type ContextKey, forgetStamps, keySpelled } from './context-key.js';
import { type ContextValue, type Given, givenOf, isList, type RequestContext } from './context.js';
import { HIT, hitOf, type Principal } from './principal.js';
import { forgetResources, matchesResource } from './resource.js';

/** The number of the newest request. What keys and conditions know of a request carries its number. */
let newest = 0;

/** Numbers stay small integers, which engines compare fastest. */
const mostRequests = 2 ** 30;

function nextStamp(): number {
  if (newest === mostRequests) {
    forgetStamps();
    forgetAnswers();
    forgetResources();
    newest = 0;
  }
  newest += 1;
  return newest;
}

/** One request on its way through the policies: what it says, and what was matched so far. Lives for one evaluation. */
export class Run {
  private readonly principal: Principal;
  readonly action: Action;
  /** The resource's text, and where the part behind the fifth colon starts; -1 for `*`. */
  readonly resource: string;
  readonly offset: number;
  private readonly context: RequestContext;
  readonly stamp: number;
  private loaded: boolean;
  /** Allow statements that matched, in the order in which policies were looked at. */
  readonly allows: StatementRef[];
  /** Deny statements that matched in the policies looked at last. */
  denies: StatementRef[] | undefined;
  /** In which ways the Allow statements of the resource's policy name the principal; see `HIT`. */
  hit: number;

  constructor(principal: Principal, action: Action, resource: string, offset: number, context: RequestContext) {
    this.principal = principal;
    this.action = action;
    this.resource = resource;
    this.offset = offset;
    this.context = context;
    this.stamp = nextStamp();
    this.loaded = false;
    this.allows = [];
    this.denies = undefined;
    this.hit = HIT.none;
  }

  /** True when another request was decided in between, by a getter of the context: nothing that was found holds then. */
  get disturbed(): boolean {
    return newest !== this.stamp;
  }

  /** The key's value: what the request says, else what the principal itself tells. */
  valueOf(key: ContextKey): Given | undefined {
    if (!this.loaded) this.load();
    if (key.stamp !== this.stamp) {
      const value = key.ofPrincipal?.(this.principal);
      if (value === undefined) return undefined;
      key.stamp = this.stamp;
      key.value = value;
      key.given = undefined;
    }
    key.given ??= key.value === undefined ? undefined : givenOf(key.value);
    return key.given;
  }

  /** The text a policy variable stands for; absent, empty and multivalued keys have none (requirements-4 VAR-2, VAR-6). */
  textOf(key: ContextKey): string | undefined {
    const given = this.valueOf(key);
    if (given === undefined || isList(given) || given.empty) return undefined;
    return given.text;
  }

  /** Adds what matches in the policies of one type; true when one of them allows. */
  look(policies: readonly CompiledPolicy[]): boolean {
    if (policies.length >= WORTH_MERGING) return this.lookThrough(candidatesOfAll(policies, this.action));
    let allow = false;
    for (const policy of policies) if (this.lookAt(policy)) allow = true;
    return allow;
  }

  lookAt(policy: CompiledPolicy): boolean {
    return this.lookThrough(candidatesOf(policy, this.action));
  }

  private lookThrough(statements: readonly CompiledStatement[]): boolean {
    let allow = false;
    for (const statement of statements) {
      // Only a document read as another kind has principals here; they then limit the statement as well.
      if (statement.principal !== undefined && this.hitBy(statement) === HIT.none) continue;
      if (!this.matches(statement)) continue;
      this.add(statement);
      allow ||= statement.allow;
    }
    return allow;
  }

  /** The same for the resource's own policy, whose statements say whom they are for. */
  lookAtResource(policy: CompiledPolicy): void {
    for (const statement of candidatesOf(policy, this.action)) {
      const hit = this.hitBy(statement);
      if (hit === HIT.none || !this.matches(statement)) continue;
      this.add(statement);
      if (statement.allow) this.hit |= hit;
    }
  }

  /** Whether resource and conditions match; candidates are of the action. */
  private matches({ resource, conditions }: CompiledStatement): boolean {
    if (resource !== undefined && !matchesResource(resource, this)) return false;
    for (const condition of conditions) if (!holds(condition, this)) return false;
    return true;
  }

  /** Whether a statement, candidate or not, is about this request; whom it is for is asked apart. */
  concerns(statement: CompiledStatement): boolean {
    return matchesAction(statement.action, this.action.text) && this.matches(statement);
  }

  /** In which ways a statement names the principal; one that would allow all but a few denies but does not allow. */
  hitBy({ principal, allow }: CompiledStatement): number {
    if (principal === undefined || principal.negated) {
      if (allow) return HIT.none;
      if (principal === undefined) return HIT.everyone;
    }
    return hitOf(principal, this.principal);
  }

  private add(statement: CompiledStatement): void {
    if (statement.allow) this.allows.push(statement.ref);
    else (this.denies ??= []).push(statement.ref);
  }

  /** Hands the request's values to the keys that policies ask for. Of keys that differ in case only, the later one counts. */
  private load(): void {
    this.loaded = true;
    const { context, stamp } = this;
    if (isPlain(context)) {
      // Read inside the loop: engines know then that the value is the one of the key that they are at.
      for (const name in context) tell(name, context[name], stamp);
    } else {
      for (const name of Object.keys(context)) tell(name, context[name], stamp);
    }
  }
}

function tell(name: string, value: ContextValue | undefined, stamp: number): void {
  // A null is not in the type, but comes easily out of JSON; it must read as absent, not as a value.
  if (value === undefined || value === null) return;
  const key = keySpelled(name);
  if (key === null) return;
  key.stamp = stamp;
  key.value = value;
  key.given = undefined;
}

/** Whether walking an object's keys comes upon its own only, so that nothing need be asked of each. */
function isPlain(context: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(context);
  if (prototype === null) return true;
  if (prototype !== Object.prototype) return false;
  for (const _ in Object.prototype) return false;
  return true;
}
