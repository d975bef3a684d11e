import { serviceOf } from './action.js';
import { matchesStatement, type CompiledPolicy, type CompiledStatement, type StatementRef } from './compile.js';
import { ContextLookup, type RequestContext } from './context.js';
import { HIT, hitOf, type Principal } from './principal.js';
import type { RequestResource } from './resource.js';

/** One request on its way through the policies: what was matched so far. Lives for one evaluation. */
export class Findings {
  private readonly principal: Principal;
  private readonly action: string;
  private service: string | undefined;
  private readonly resource: RequestResource;
  private readonly context: ContextLookup;
  /** Allow statements that matched, in the order in which policies were looked at. */
  readonly allows: StatementRef[] = [];
  /** Deny statements that matched in the policies looked at last. */
  denies: StatementRef[] | undefined = undefined;
  /** In which ways the Allow statements of the resource's policy name the principal; see `HIT`. */
  hit: number = HIT.none;

  constructor(principal: Principal, action: string, resource: RequestResource, context: RequestContext) {
    this.principal = principal;
    this.action = action.toLowerCase();
    this.service = undefined;
    this.resource = resource;
    this.context = new ContextLookup(context, principal);
  }

  /** Adds what matches in the policies of one type; true when one of them allows. */
  look(policies: readonly CompiledPolicy[]): boolean {
    const before = this.allows.length;
    for (const policy of policies) this.lookAt(policy);
    return this.allows.length > before;
  }

  lookAt(policy: CompiledPolicy): boolean {
    const before = this.allows.length;
    for (const statement of this.candidates(policy)) {
      // Only a document read as another kind has principals here; they then limit the statement as well.
      if (statement.principal !== undefined && this.hitBy(statement) === HIT.none) continue;
      if (this.matches(statement)) this.add(statement);
    }
    return this.allows.length > before;
  }

  /** The same for the resource's own policy, whose statements say whom they are for. */
  lookAtResource(policy: CompiledPolicy): void {
    for (const statement of this.candidates(policy)) {
      const hit = this.hitBy(statement);
      if (hit === HIT.none || !this.matches(statement)) continue;
      this.add(statement);
      if (statement.allow) this.hit |= hit;
    }
  }

  private candidates({ byService, general }: CompiledPolicy): readonly CompiledStatement[] {
    if (byService === undefined) return general;
    this.service ??= serviceOf(this.action);
    return byService.get(this.service) ?? general;
  }

  private matches(statement: CompiledStatement): boolean {
    return matchesStatement(statement, this.action, this.resource, this.context);
  }

  /** A statement without principal, or one that would allow all but a few, denies but does not allow. */
  private hitBy({ principal, allow }: CompiledStatement): number {
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
}
