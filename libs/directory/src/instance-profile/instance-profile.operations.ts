import { iam } from '@muniment/aws-model';
import {
  type Call,
  checkedTags,
  exactCase,
  fold,
  type Holder,
  listing,
  page,
  query,
  resourceTags,
  type Sources,
  tagging,
  tagListing,
  untagging,
} from '@muniment/kernel';
import { arn } from '../arn.js';
import { creatingWithTags } from '../creating-with-tags.js';
import { type Directory, directory } from '../directory.js';
import { quotas, within } from '../quotas.js';
import { roleHolder, roleInList, shownRole } from '../role/role.operations.js';
import { type Role, roles } from '../role/role.js';
import { type InstanceProfile, instanceProfiles } from './instance-profile.js';

const missing = (name: string): string => `Instance Profile ${name} cannot be found.`;

const askFor = (call: Call, name: string, profile: InstanceProfile | undefined) => ({
  resource: arn.instanceProfile(call, profile?.path ?? '/', profile?.instanceProfileName ?? name),
  context: resourceTags(profile?.tags),
});

const profileHolder: Holder<Directory, InstanceProfile, 'InstanceProfileName'> = {
  aggregate: directory,
  noun: 'InstanceProfile',
  input: 'InstanceProfileName',
  model: instanceProfiles,
  table: (account) => account.instanceProfiles,
  key: fold,
  ask: askFor,
  missing,
};

/** A profile and the role in it, shown. */
export interface FilledProfile {
  readonly profile: InstanceProfile;
  readonly role: Role | undefined;
}

export async function filled(profile: InstanceProfile, from: Sources, call: Call): Promise<FilledProfile> {
  const role = profile.roleId === undefined ? undefined : await from.findById(roles, profile.roleId);
  return { profile, role: role && (await shownRole(role, from, call)) };
}

const allFilled = (profiles: readonly InstanceProfile[], from: Sources, call: Call): Promise<FilledProfile[]> =>
  Promise.all(profiles.map((profile) => filled(profile, from, call)));

/** Lists leave tags out, single reads have them. */
export const profileInList = ({ profile, role }: FilledProfile, call: Call): iam.InstanceProfile => ({
  Path: profile.path,
  InstanceProfileName: profile.instanceProfileName,
  InstanceProfileId: profile.instanceProfileId,
  Arn: arn.instanceProfile(call, profile.path, profile.instanceProfileName),
  CreateDate: new Date(profile.createdAt),
  Roles: role ? [roleInList(role, call)] : [],
});

export const profileOnWire = (found: FilledProfile, call: Call): iam.InstanceProfile => ({
  ...profileInList(found, call),
  ...(found.profile.tags.length > 0 ? { Tags: [...found.profile.tags] } : {}),
});

export const CreateInstanceProfile = directory.command(iam.CreateInstanceProfile, {
  authorize: ({ InstanceProfileName, Path = '/', Tags }, _, call) =>
    creatingWithTags(
      { resource: arn.instanceProfile(call, Path, InstanceProfileName) },
      'iam:TagInstanceProfile',
      Tags,
    ),
  decide({ InstanceProfileName: instanceProfileName, Path: path = '/', Tags = [] }, account, call) {
    if (account.instanceProfiles.keyed(fold(instanceProfileName))) {
      call.fault('EntityAlreadyExists', `Instance Profile ${instanceProfileName} already exists.`);
    }
    within('InstanceProfilesPerAccount', account.instanceProfiles.size + 1, call);
    const tags = checkedTags(Tags, [], exactCase, call);
    return {
      type: 'InstanceProfileCreated',
      data: { instanceProfileId: call.id('AIPA'), instanceProfileName, path, tags },
    };
  },
  reply({ InstanceProfileName }, account, call) {
    const profile = account.instanceProfiles.keyed(fold(InstanceProfileName)) as InstanceProfile;
    return { InstanceProfile: profileOnWire({ profile, role: undefined }, call) };
  },
});

export const GetInstanceProfile = query(iam.GetInstanceProfile, {
  async gather({ InstanceProfileName }, from, call) {
    const profile = await from.find(instanceProfiles, fold(InstanceProfileName));
    return profile && (await filled(profile, from, call));
  },
  authorize: ({ InstanceProfileName }, found, call) => askFor(call, InstanceProfileName, found?.profile),
  decide: ({ InstanceProfileName }, found, call) => found ?? call.fault('NoSuchEntity', missing(InstanceProfileName)),
  reply: (found, _, call) => ({ InstanceProfile: profileOnWire(found, call) }),
});

export const ListInstanceProfiles = query(iam.ListInstanceProfiles, {
  async gather(input, from, call) {
    const { PathPrefix = '/' } = input;
    const { rows, next } = await page(
      input,
      instanceProfiles.key,
      (part) => from.list(instanceProfiles, part),
      ({ path }) => path.startsWith(PathPrefix),
    );
    return { rows: await allFilled(rows, from, call), next };
  },
  authorize: ({ PathPrefix = '/' }, _, call) => ({ resource: arn.instanceProfile(call, PathPrefix, '') }),
  reply: (listed, _, call) => listing(iam.ListInstanceProfiles, listed, (found) => profileInList(found, call)),
});

export const ListInstanceProfilesForRole = query(iam.ListInstanceProfilesForRole, {
  async gather(input, from, call) {
    const role = await from.find(roles, fold(input.RoleName));
    if (!role) return { role, listed: { rows: [], next: undefined } };
    const { rows, next } = await page(input, instanceProfiles.key, (part) =>
      from.filed(instanceProfiles, 'role', role.roleId, part),
    );
    return { role, listed: { rows: await allFilled(rows, from, call), next } };
  },
  authorize: ({ RoleName }, { role }, call) => roleHolder.ask(call, RoleName, role),
  decide: ({ RoleName }, { role, listed }, call) =>
    role ? listed : call.fault('NoSuchEntity', roleHolder.missing(RoleName)),
  reply: (listed, _, call) => listing(iam.ListInstanceProfilesForRole, listed, (found) => profileInList(found, call)),
});

export const DeleteInstanceProfile = directory.command(iam.DeleteInstanceProfile, {
  authorize: ({ InstanceProfileName: name }, account, call) =>
    askFor(call, name, account.instanceProfiles.keyed(fold(name))),
  decide({ InstanceProfileName: name }, account, call) {
    const row = account.instanceProfiles.keyed(fold(name)) ?? call.fault('NoSuchEntity', missing(name));
    if (row.roleId !== undefined) {
      call.fault('DeleteConflict', 'Cannot delete entity, must remove roles from instance profile first.');
    }
    return { type: 'InstanceProfileDeleted', data: { instanceProfileId: row.instanceProfileId } };
  },
});

/** The profile and the role that an input names, or AWS's refusal. */
function profileAndRole(
  { InstanceProfileName, RoleName }: { InstanceProfileName: string; RoleName: string },
  account: Directory,
  call: Call<'NoSuchEntity'>,
): { profile: InstanceProfile; role: Role } {
  const profile =
    account.instanceProfiles.keyed(fold(InstanceProfileName)) ??
    call.fault('NoSuchEntity', missing(InstanceProfileName));
  const role = account.roles.keyed(fold(RoleName)) ?? call.fault('NoSuchEntity', roleHolder.missing(RoleName));
  return { profile, role };
}

export const AddRoleToInstanceProfile = directory.command(iam.AddRoleToInstanceProfile, {
  // The role is handed to EC2; its tags have no say in that (requirements-2 section 1).
  authorize: ({ InstanceProfileName: name, RoleName }, account, call) => [
    askFor(call, name, account.instanceProfiles.keyed(fold(name))),
    {
      action: 'iam:PassRole',
      resource: roleHolder.ask(call, RoleName, account.roles.keyed(fold(RoleName))).resource,
      context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    },
  ],
  decide(input, account, call) {
    const { profile, role } = profileAndRole(input, account, call);
    if (profile.roleId !== undefined) {
      const { RolesPerInstanceProfile: most } = quotas;
      call.fault('LimitExceeded', `Cannot exceed quota for InstanceSessionsPerInstanceProfile: ${most}`);
    }
    const { instanceProfileId } = profile;
    return { type: 'InstanceProfileRoleAdded', data: { instanceProfileId, roleId: role.roleId } };
  },
});

export const RemoveRoleFromInstanceProfile = directory.command(iam.RemoveRoleFromInstanceProfile, {
  authorize: ({ InstanceProfileName: name }, account, call) =>
    askFor(call, name, account.instanceProfiles.keyed(fold(name))),
  decide(input, account, call) {
    const { profile, role } = profileAndRole(input, account, call);
    if (profile.roleId !== role.roleId) call.fault('NoSuchEntity', roleHolder.missing(input.RoleName));
    const { instanceProfileId } = profile;
    return { type: 'InstanceProfileRoleRemoved', data: { instanceProfileId, roleId: role.roleId } };
  },
});

export const TagInstanceProfile = tagging(profileHolder, exactCase, iam.TagInstanceProfile);
export const UntagInstanceProfile = untagging(profileHolder, iam.UntagInstanceProfile);
export const ListInstanceProfileTags = tagListing(profileHolder, iam.ListInstanceProfileTags);
