/** Request parameters that name a resource, and its type (CloudTrail's `resourceType`). */
const typeOfParameter: Readonly<Record<string, string>> = {
  userName: 'AWS::IAM::User',
  groupName: 'AWS::IAM::Group',
  roleName: 'AWS::IAM::Role',
  roleArn: 'AWS::IAM::Role',
  policyArn: 'AWS::IAM::Policy',
  policyName: 'AWS::IAM::Policy',
  instanceProfileName: 'AWS::IAM::InstanceProfile',
  accessKeyId: 'AWS::IAM::AccessKey',
};

export interface NamedResource {
  readonly type: string;
  readonly name: string;
}

/** The resources that a call names: what `LookupEvents` finds it by. */
export const namedResources = (parameters: Readonly<Record<string, unknown>> | null): NamedResource[] =>
  Object.entries(parameters ?? {}).flatMap(([parameter, name]) => {
    const type = typeOfParameter[parameter];
    return type !== undefined && typeof name === 'string' ? [{ type, name }] : [];
  });

/** Role ARNs of another account that a call asked for: their owner gets a record too. */
export function foreignAccounts(touched: readonly { resource: string }[], account: string): string[] {
  const owners = touched.map(({ resource }) => resource.split(':', 5)[4] ?? '');
  return [...new Set(owners)].filter((owner) => /^\d{12}$/.test(owner) && owner !== account);
}
