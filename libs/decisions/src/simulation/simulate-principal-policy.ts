import { iam } from '@muniment/aws-model';
import { type Principal, query, resourceTags } from '@muniment/kernel';
import type { CompiledPolicy, PolicySet } from '@muniment/policy';
import type { Catalogue } from '@muniment/service-catalog';
import { Considered } from './considered.js';
import { type Exclusions, readExclusions } from './exclusions.js';
import type { Grounds } from './outcome.js';
import {
  boundaryIn,
  entriesIn,
  identityIn,
  ownerIn,
  type Refusing,
  resourcePolicyIn,
  resourcesOf,
  simulate,
} from './request.js';
import { readSource, type Source, sourceOf } from './source.js';
import { trustsOf } from './trusts.js';
import { callerOf, type Entity } from './who.js';
import { catalogueOf } from './own-services.js';

type Input = iam.SimulatePrincipalPolicyRequest;

interface Found {
  readonly entity: Entity;
  readonly source: Source | undefined;
  readonly considered: Considered;
  readonly catalogue: Catalogue;
  readonly trusts: ReadonlyMap<string, CompiledPolicy>;
}

/** Who asks for somebody's policies is told of them: the permission is one on whoever has them. */
export const asksOf = (text: string, source: Source | undefined) => ({
  resource: source?.arn ?? text,
  context: resourceTags(source?.tags ?? []),
});

export const missingEntity = 'Unable to retrieve specified IAM entity.';

/** Who calls, and whether that is whoever has the policies: of others nothing is looked up. */
function callingIn({ CallerArn: text }: Input, source: Source, call: Refusing): { principal: Principal; own: boolean } {
  const { principal } = source;
  if (text === undefined || text === source.arn || text === principal.arn) return { principal, own: true };
  return { principal: callerOf(text, call), own: false };
}

function policiesOf(
  input: Input,
  { source, considered }: { source: Source; considered: Considered },
  exclusions: Exclusions,
  call: Refusing,
) {
  const { identity, boundary } = source.policies;
  const given = boundaryIn(input, considered, call);
  return {
    identity: [...identity.filter(({ id }) => !exclusions.excludes(id)), ...identityIn(input, considered, call)],
    boundary: given ?? (exclusions.boundary ? undefined : boundary),
  };
}

const flat = (levels: PolicySet['scps']): readonly CompiledPolicy[] => (levels ?? []).flat();

function groundsOf(
  input: Input,
  found: Found & { readonly source: Source },
  resources: readonly string[] | undefined,
  call: Refusing,
): Grounds {
  const { source, considered, trusts } = found;
  const { entity, tags, place } = source;
  const { principal, own } = callingIn(input, source, call);
  const exclusions = readExclusions(input.PolicyExclusionList, entity, call);
  const { identity, boundary } = policiesOf(input, found, exclusions, call);
  const hasCaller = principal.arn !== undefined;
  const resourcePolicy = resourcePolicyIn(input, resources, hasCaller, considered, call);
  const scps = exclusions.scps ? undefined : place?.scps;
  const rcps = place?.rcps;
  const policies = [...identity, boundary, resourcePolicy, ...flat(scps), ...flat(rcps), ...trusts.values()];
  return {
    principal,
    partition: entity.partition,
    now: call.now,
    tags: own ? tags : [],
    home: principal.account === entity.account ? place : undefined,
    entries: entriesIn(input, call),
    identity,
    boundary,
    scps,
    rcps,
    organized: place !== undefined,
    resourcePolicy,
    resourceOwner: ownerIn(input, call),
    // Whom else a role trusts is for nobody to find out.
    trusts: own ? trusts : new Map(),
    keys: considered.keysOf(policies.filter((policy) => policy !== undefined)),
  };
}

export const SimulatePrincipalPolicy = query(iam.SimulatePrincipalPolicy, {
  async gather(input, from, call): Promise<Found> {
    const considered = new Considered();
    const entity = readSource(input.PolicySourceArn, call);
    return {
      entity,
      source: await sourceOf(entity, from, considered),
      considered,
      catalogue: await catalogueOf(from),
      trusts: await trustsOf(input.ActionNames, resourcesOf(input, call) ?? [], from, considered, call),
    };
  },
  authorize: ({ PolicySourceArn: text }, { source }) => asksOf(text, source),
  decide(input, found, call) {
    const { source, considered, catalogue } = found;
    if (!source) return call.fault('NoSuchEntity', missingEntity);
    const resources = resourcesOf(input, call);
    const owner = { kind: source.entity.kind, name: source.arn.slice(source.arn.lastIndexOf('/') + 1) };
    const grounds = groundsOf(input, { ...found, source }, resources, call);
    return simulate(input, { considered, catalogue, owner }, grounds, resources, call);
  },
  reply: (answer) => answer,
});
