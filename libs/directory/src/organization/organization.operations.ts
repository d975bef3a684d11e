import { organizations as api } from '@muniment/aws-model';
import { type Call, listing, page, query, sliceOf } from '@muniment/kernel';
import { platform } from '../platform/platform.js';
import { ask, asked, asManager, asMember, drawId, inPlatform, organizationFrom, organizationIn } from './calling.js';
import type { Organization } from './organization.js';
import { organizationArn, targetArn } from './organization-arn.js';

const organizationOnWire = (row: Organization, call: Call): api.Organization => ({
  Id: row.organizationId,
  Arn: organizationArn(call, row),
  FeatureSet: row.featureSet,
  MasterAccountArn: targetArn(call, row, row.managementAccount),
  MasterAccountId: row.managementAccount,
  // AWS names service control policies only, whatever is enabled.
  AvailablePolicyTypes: row.featureSet === 'ALL' ? [{ Type: 'SERVICE_CONTROL_POLICY', Status: 'ENABLED' }] : [],
});

export const rootOnWire = (row: Organization, call: Call): api.Root => ({
  Id: row.rootId,
  Arn: targetArn(call, row, row.rootId),
  Name: 'Root',
  PolicyTypes: row.enabled.map((Type) => ({ Type, Status: 'ENABLED' })),
});

/** With all features, service control policies are enabled from the start (API reference, `CreateOrganization`). */
export const CreateOrganization = platform.command(api.CreateOrganization, {
  account: inPlatform,
  authorize: (_, __, call) => ask(call, undefined),
  decide({ FeatureSet: featureSet = 'ALL' }, state, call) {
    const { account: accountId } = call;
    if (state.members.byId(accountId)) {
      call.fault('AlreadyInOrganizationException', 'The AWS account is already a member of an organization.');
    }
    const organizationId = drawId(call, 'o-', 10);
    const rootId = drawId(call, 'r-', 8);
    const created = { organizationId, rootId, managementAccount: accountId, featureSet };
    const enabled = featureSet === 'ALL' ? (['SERVICE_CONTROL_POLICY'] as const) : [];
    const name = state.accounts.byId(accountId)?.alias ?? accountId;
    const joined = { accountId, organizationId, parentId: rootId, name, method: 'INVITED' as const, tags: [] };
    return [
      { type: 'OrganizationCreated', data: { ...created, enabled: [...enabled] } },
      { type: 'AccountJoinedOrganization', data: joined },
    ];
  },
  reply: (_, state, call) => ({ Organization: organizationOnWire(asMember(organizationIn(state, call), call), call) }),
});

export const DescribeOrganization = query(api.DescribeOrganization, {
  gather: (_, from, call) => organizationFrom(from, call),
  authorize: (_, __, call) => ask(call, undefined),
  decide: (_, organization, call) => asMember(organization, call),
  reply: (organization, _, call) => ({ Organization: organizationOnWire(organization, call) }),
});

export const DeleteOrganization = platform.command(api.DeleteOrganization, {
  account: inPlatform,
  authorize(_, state, call) {
    const organization = organizationIn(state, call);
    return ask(call, organization && organizationArn(call, organization));
  },
  decide(_, state, call) {
    const { organizationId } = asManager(organizationIn(state, call), call);
    if (state.members.indexed('organization', organizationId).length > 1) {
      call.fault(
        'OrganizationNotEmptyException',
        'To delete an organization you must first remove all member accounts (except the management account).',
      );
    }
    return { type: 'OrganizationDeleted', data: { organizationId } };
  },
});

export const ListRoots = query(api.ListRoots, {
  async gather(input, from, call) {
    const organization = await organizationFrom(from, call);
    const key = ({ rootId }: Organization) => rootId;
    const rows = organization ? [organization] : [];
    return { organization, listed: await page(asked(input), key, sliceOf(rows, key)) };
  },
  authorize: (_, __, call) => ask(call, undefined),
  decide(_, { organization, listed }, call) {
    asManager(organization, call);
    return listed;
  },
  reply: (listed, _, call) => listing(api.ListRoots, listed, (row) => rootOnWire(row, call)),
});
