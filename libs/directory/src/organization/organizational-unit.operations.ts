import { organizations as api } from '@muniment/aws-model';
import { type Call, listing, page, query, requestTags, type Sources } from '@muniment/kernel';
import { everybody, type Platform, platform } from '../platform/platform.js';
import {
  asked,
  askOn,
  asManager,
  checkedTags,
  drawId,
  inPlatform,
  organizationFrom,
  organizationIn,
  unitIn,
  within,
} from './calling.js';
import { type Organization, type OrganizationalUnit, organizationalUnits } from './organization.js';
import { targetArn } from './organization-arn.js';

const missing = "We can't find an organizational unit with the OrganizationalUnitId that you specified.";
const taken = 'An OU with the same name already exists.';
export const missingParent = "We can't find a root or OU with the ParentId that you specified.";

/** Below the root. */
const deepest = 5;

const unitOnWire = (row: OrganizationalUnit, organization: Organization, call: Call): api.OrganizationalUnit => ({
  Id: row.unitId,
  Arn: targetArn(call, organization, row.unitId),
  Name: row.name,
});

/** A unit as the API means it: the root is none. */
function existing(platform: Platform, organization: Organization, id: string, call: Call): OrganizationalUnit {
  const unit = unitIn(platform, organization, id);
  return unit?.parentId === undefined ? call.fault('OrganizationalUnitNotFoundException' as never, missing) : unit;
}

function depthOf(platform: Platform, unit: OrganizationalUnit): number {
  const parent = unit.parentId === undefined ? undefined : platform.units.byId(unit.parentId);
  return parent ? depthOf(platform, parent) + 1 : 0;
}

const sibling = (platform: Platform, parentId: string, name: string): OrganizationalUnit | undefined =>
  platform.units.indexed('parent', parentId).find((unit) => unit.name === name);

/** The question about the unit of this id. */
const askOnUnit = (id: string, state: Platform, call: Call) =>
  askOn(call, organizationIn(state, call), id, state.units.byId(id)?.tags);

export const CreateOrganizationalUnit = platform.command(api.CreateOrganizationalUnit, {
  account: inPlatform,
  authorize({ ParentId, Tags = [] }, state, call) {
    const on = askOnUnit(ParentId, state, call);
    const tagged = { ...on, context: { ...on.context, ...requestTags(Tags) } };
    return [tagged, Tags.length > 0 && { ...tagged, action: 'organizations:TagResource' }];
  },
  decide({ ParentId: parentId, Name: name, Tags }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    const parent = unitIn(state, organization, parentId) ?? call.fault('ParentNotFoundException', missingParent);
    if (sibling(state, parentId, name)) call.fault('DuplicateOrganizationalUnitException', taken);
    if (depthOf(state, parent) >= deepest) {
      call.fault('ConstraintViolationException', `You cannot create an OU deeper than ${deepest} levels.`, {
        Reason: 'OU_DEPTH_LIMIT_EXCEEDED',
      });
    }
    const { organizationId, rootId } = organization;
    const unitId = drawId(call, `ou-${rootId.slice(2)}-`, 8);
    return {
      type: 'OrganizationalUnitCreated',
      data: { organizationId, unitId, parentId, name, tags: checkedTags(Tags, [], call) },
    };
  },
  reply({ ParentId, Name }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    const unit = sibling(state, ParentId, Name) ?? call.fault('ParentNotFoundException', missingParent);
    return { OrganizationalUnit: unitOnWire(unit, organization, call) };
  },
});

/** The organization and the unit of an id, as stored. */
async function gatherUnit(id: string, from: Sources, call: Call) {
  const organization = await organizationFrom(from, call);
  return { organization, unit: within(await from.findById(organizationalUnits, id, everybody), organization) };
}

export const DescribeOrganizationalUnit = query(api.DescribeOrganizationalUnit, {
  gather: ({ OrganizationalUnitId }, from, call) => gatherUnit(OrganizationalUnitId, from, call),
  authorize: ({ OrganizationalUnitId }, { organization, unit }, call) =>
    askOn(call, organization, OrganizationalUnitId, unit?.tags),
  decide(_, found, call) {
    const organization = asManager(found.organization, call);
    const { unit } = found;
    if (unit?.parentId === undefined) return call.fault('OrganizationalUnitNotFoundException', missing);
    return { organization, unit };
  },
  reply: ({ organization, unit }, _, call) => ({ OrganizationalUnit: unitOnWire(unit, organization, call) }),
});

export const UpdateOrganizationalUnit = platform.command(api.UpdateOrganizationalUnit, {
  account: inPlatform,
  authorize: ({ OrganizationalUnitId }, state, call) => askOnUnit(OrganizationalUnitId, state, call),
  decide({ OrganizationalUnitId: unitId, Name }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    const unit = existing(state, organization, unitId, call);
    const name = Name ?? unit.name;
    // AWS refuses the name that the unit has already, too.
    if (Name !== undefined && sibling(state, unit.parentId ?? '', name)) {
      call.fault('DuplicateOrganizationalUnitException', taken);
    }
    return { type: 'OrganizationalUnitRenamed', data: { unitId, name } };
  },
  reply({ OrganizationalUnitId }, state, call) {
    const organization = asManager(organizationIn(state, call), call);
    return {
      OrganizationalUnit: unitOnWire(existing(state, organization, OrganizationalUnitId, call), organization, call),
    };
  },
});

export const DeleteOrganizationalUnit = platform.command(api.DeleteOrganizationalUnit, {
  account: inPlatform,
  authorize: ({ OrganizationalUnitId }, state, call) => askOnUnit(OrganizationalUnitId, state, call),
  decide({ OrganizationalUnitId: unitId }, state, call) {
    existing(state, asManager(organizationIn(state, call), call), unitId, call);
    const inside = state.units.indexed('parent', unitId).length + state.members.indexed('parent', unitId).length;
    if (inside > 0) {
      const text =
        'The specified organizational unit is not empty. Move all accounts to another root or to other organizational ' +
        'units, remove all child organizational units, and then try the operation again.';
      call.fault('OrganizationalUnitNotEmptyException', text);
    }
    return { type: 'OrganizationalUnitDeleted', data: { unitId } };
  },
});

export const ListOrganizationalUnitsForParent = query(api.ListOrganizationalUnitsForParent, {
  async gather(input, from, call) {
    const found = await gatherUnit(input.ParentId, from, call);
    const listed = await page(asked(input), organizationalUnits.key, (part) =>
      from.filed(organizationalUnits, 'parent', input.ParentId, { ...part, account: everybody }),
    );
    return { ...found, listed };
  },
  authorize: ({ ParentId }, { organization, unit }, call) => askOn(call, organization, ParentId, unit?.tags),
  decide(_, found, call) {
    const organization = asManager(found.organization, call);
    if (!found.unit) call.fault('ParentNotFoundException', missingParent);
    return { organization, listed: found.listed };
  },
  reply: ({ organization, listed }, _, call) =>
    listing(api.ListOrganizationalUnitsForParent, listed, (row) => unitOnWire(row, organization, call)),
});
