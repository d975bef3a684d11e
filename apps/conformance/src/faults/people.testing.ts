import {
  type Clients,
  clientsFor,
  document,
  patientAttempts,
  type Person,
  person,
  statement,
  trusting,
  unique,
} from '../harness/clients.js';
import type { Cluster } from './cluster.testing.js';

/** An account with something in it: who reads, who assumes which role, and what there is to list. */
export interface People {
  readonly root: Clients;
  readonly reader: Person;
  readonly roleArn: string;
  /** Keys that were made through another gateway than the first and never used: no gateway knows them yet. */
  readonly strangers: readonly Clients[];
}

export async function populate(cluster: Cluster, strangers = 0): Promise<People> {
  // What nothing is done to yet may still take more than one try, as a busy machine starts thirteen processes.
  const root = clientsFor(cluster.url(), cluster.root, patientAttempts);
  const reader = await person(cluster.url(), root, 'reader', statement('Allow', ['iam:Get*', 'iam:List*', 'sts:*']));
  const RoleName = unique('role');
  const { Role } = await root.iam.createRole({ RoleName, AssumeRolePolicyDocument: trusting(reader.arn) });
  for (const GroupName of [unique('group'), unique('group')]) {
    await root.iam.createGroup({ GroupName });
    await root.iam.addUserToGroup({ GroupName, UserName: reader.name });
  }
  await root.iam.createPolicy({ PolicyName: unique('policy'), PolicyDocument: document(statement('Allow', 's3:*')) });
  const unknown: Clients[] = [];
  for (let count = 0; count < strangers; count++) {
    const UserName = unique('stranger');
    await root.iam.createUser({ UserName });
    const { AccessKey } = await root.iam.createAccessKey({ UserName });
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    unknown.push(clientsFor(cluster.url(), { accessKeyId, secretAccessKey }));
  }
  return { root: cluster.clients(), reader, roleArn: Role?.Arn ?? '', strangers: unknown };
}

/** What goes on whatever is away, as AWS has it: who am I, a role's session, a key that nobody has used yet. */
export const dataPlane = ({ reader, roleArn }: People) => ({
  GetCallerIdentity: () => reader.sts.getCallerIdentity({}),
  AssumeRole: () => reader.sts.assumeRole({ RoleArn: roleArn, RoleSessionName: 'goes-on' }),
  GetSessionToken: () => reader.sts.getSessionToken({}),
});

/** Everything there is in an account, as its lists tell it. */
export async function listings({ iam }: Clients): Promise<object> {
  const [users, roles, groups, policies, details] = await Promise.all([
    iam.listUsers({}),
    iam.listRoles({}),
    iam.listGroups({}),
    iam.listPolicies({ Scope: 'Local' }),
    iam.getAccountAuthorizationDetails({ Filter: ['User', 'Role', 'Group', 'LocalManagedPolicy'] }),
  ]);
  const keys = await Promise.all((users.Users ?? []).map(({ UserName }) => iam.listAccessKeys({ UserName })));
  return {
    users: users.Users,
    roles: roles.Roles,
    groups: groups.Groups,
    policies: policies.Policies,
    details: [details.UserDetailList, details.RoleDetailList, details.GroupDetailList, details.Policies],
    keys: keys.map(({ AccessKeyMetadata }) => AccessKeyMetadata),
  };
}
