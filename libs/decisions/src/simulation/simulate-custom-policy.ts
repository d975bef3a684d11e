import { iam } from '@muniment/aws-model';
import { query } from '@muniment/kernel';
import type { CompiledPolicy } from '@muniment/policy';
import type { Catalogue } from '@muniment/service-catalog';
import { Considered } from './considered.js';
import type { Grounds } from './outcome.js';
import { catalogueOf } from './own-services.js';
import {
  boundaryIn,
  entriesIn,
  identityIn,
  ownerIn,
  policiesIn,
  type Refusing,
  resourcePolicyIn,
  resourcesOf,
  simulate,
} from './request.js';
import { callerOf, nobodyOf } from './who.js';

type Input = iam.SimulateCustomPolicyRequest;

/** Levels of an organization, from its root; undefined when the request has none. */
function levelsIn(input: Input, considered: Considered, call: Refusing): CompiledPolicy[][] | undefined {
  return input.OrderedOrganizationPolicyInputList?.map(({ ServiceControlPolicyInputList: texts = [] }, at) => {
    if (texts.length === 0) {
      call.fault(
        'InvalidInput',
        `Organization policy at index ${at + 1} must contain at least one service control policy`,
      );
    }
    const member = { name: `OrderedOrganizationPolicyInputList.${at + 1}`, called: 'Organization policy' };
    return policiesIn(texts, member, 'scp', considered, call);
  });
}

function groundsOf(
  input: Input,
  considered: Considered,
  resources: readonly string[] | undefined,
  call: Refusing,
): Grounds {
  const { CallerArn: text } = input;
  const principal = text === undefined ? nobodyOf(call.account) : callerOf(text, call);
  const entries = entriesIn(input, call);
  const identity = identityIn(input, considered, call);
  const boundary = boundaryIn(input, considered, call);
  const scps = levelsIn(input, considered, call);
  const resourcePolicy = resourcePolicyIn(input, resources, text !== undefined, considered, call);
  const policies = [...identity, boundary, resourcePolicy, ...(scps ?? []).flat()];
  return {
    principal,
    partition: call.partition,
    now: call.now,
    tags: [],
    home: undefined,
    entries,
    identity,
    boundary,
    scps,
    rcps: undefined,
    organized: scps !== undefined,
    resourcePolicy,
    resourceOwner: ownerIn(input, call),
    trusts: new Map(),
    keys: considered.keysOf(policies.filter((policy) => policy !== undefined)),
  };
}

/** Nothing that is stored is looked at: what the caller gives decides, and what is known of all actions. */
export const SimulateCustomPolicy = query(iam.SimulateCustomPolicy, {
  gather: async (_, from): Promise<{ readonly catalogue: Catalogue }> => ({ catalogue: await catalogueOf(from) }),
  authorize: () => ({ resource: '*' }),
  decide(input, { catalogue }, call) {
    const considered = new Considered();
    const resources = resourcesOf(input, call);
    const grounds = groundsOf(input, considered, resources, call);
    const owner = { kind: 'user', name: '' };
    return simulate(input, { considered, catalogue, owner }, grounds, resources, call);
  },
  reply: (answer) => answer,
});
