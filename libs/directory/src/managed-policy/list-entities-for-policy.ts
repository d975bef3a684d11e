import { iam } from '@muniment/aws-model';
import { type Page, query, type ReadModel, type Sources } from '@muniment/kernel';
import { type Group, groups } from '../group/group.js';
import { type Kind, mixedPage, pagedOnWire } from '../mixed-listing.js';
import { type Role, roles } from '../role/role.js';
import { type User, users } from '../user/user.js';
import { policyNamed } from './lookup.js';
import { askToRead } from './managed-policy.operations.js';

/** A way to use a policy: the index of the rows that do, and AWS's name for it. */
type Use = 'policy' | 'boundary';

const usesOf: Readonly<Record<'PermissionsPolicy' | 'PermissionsBoundary', readonly Use[]>> = {
  PermissionsPolicy: ['policy'],
  PermissionsBoundary: ['boundary'],
};

type Entity = { readonly path: string; readonly attached: readonly string[] };

interface Usage {
  readonly policyArn: string;
  readonly pathPrefix: string;
  readonly uses: readonly Use[];
  readonly from: Sources;
}

/** Who has the policy attached, then who has it as boundary only: nobody is listed twice. */
function kindsOf<Name extends string, Row extends Entity>(
  noun: Name,
  model: ReadModel<Row>,
  { policyArn, pathPrefix, uses, from }: Usage,
): Kind<`${Name}-${Use}`, Row>[] {
  const known = uses.filter((use) => model.indexes[use] !== undefined);
  return known.map((use) => ({
    kind: `${noun}-${use}` as const,
    key: model.key,
    read: (part: Page) => from.filed(model, use, policyArn, part),
    keep: ({ path, attached }) =>
      path.startsWith(pathPrefix) && (use === 'policy' || !uses.includes('policy') || !attached.includes(policyArn)),
  }));
}

/** The kinds of entity that a filter asks for; those that cannot use a policy give none. */
const wanted = (filter: iam.EntityType | undefined, type: iam.EntityType): boolean => (filter ?? type) === type;

type AnyKind = Kind<`Group-${Use}`, Group> | Kind<`User-${Use}`, User> | Kind<`Role-${Use}`, Role>;

export const ListEntitiesForPolicy = query(iam.ListEntitiesForPolicy, {
  async gather(input, from, call) {
    const { PolicyArn: policyArn, PathPrefix: pathPrefix = '/', PolicyUsageFilter, EntityFilter } = input;
    const policy = await policyNamed(from, policyArn, call);
    const uses: readonly Use[] = PolicyUsageFilter ? usesOf[PolicyUsageFilter] : ['policy', 'boundary'];
    const usage = { policyArn, pathPrefix, uses, from };
    const kinds: AnyKind[] = [
      ...(wanted(EntityFilter, 'Group') ? kindsOf('Group', groups, usage) : []),
      ...(wanted(EntityFilter, 'User') ? kindsOf('User', users, usage) : []),
      ...(wanted(EntityFilter, 'Role') ? kindsOf('Role', roles, usage) : []),
    ];
    return { policy, listed: await mixedPage<AnyKind>(input, kinds, call) };
  },
  authorize: ({ PolicyArn }, { policy }, call) => askToRead(call, PolicyArn, policy),
  decide: ({ PolicyArn }, { policy, listed }, call) =>
    policy ? listed : call.fault('NoSuchEntity', `Policy ${PolicyArn} does not exist or is not attachable.`),
  reply(listed) {
    const rows = listed.items.map(({ row }) => row);
    return {
      PolicyGroups: rows.flatMap((row) =>
        'groupId' in row ? [{ GroupName: row.groupName, GroupId: row.groupId }] : [],
      ),
      PolicyUsers: rows.flatMap((row) => ('userId' in row ? [{ UserName: row.userName, UserId: row.userId }] : [])),
      PolicyRoles: rows.flatMap((row) => ('roleId' in row ? [{ RoleName: row.roleName, RoleId: row.roleId }] : [])),
      ...pagedOnWire(listed),
    };
  },
});
