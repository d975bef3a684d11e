import type { AccessLevel, ActionDefinition, ResourceTypeDefinition, ServiceDefinition } from './definition.js';

const action = (name: string, accessLevel: AccessLevel, ...types: readonly string[]): ActionDefinition => ({
  name,
  accessLevel,
  resourceTypes: types.map((type) => ({ name: type, required: true })),
  conditionKeys: [],
  dependentActions: [],
});

/** Whom a question can be about. */
const principals: readonly ResourceTypeDefinition[] = [
  { name: 'root', arn: 'arn:${Partition}:iam::${Account}:root', conditionKeys: [] },
  { name: 'user', arn: 'arn:${Partition}:iam::${Account}:user/${UserNameWithPath}', conditionKeys: [] },
  { name: 'role', arn: 'arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}', conditionKeys: [] },
  {
    name: 'session',
    arn: 'arn:${Partition}:sts::${Account}:assumed-role/${RoleName}/${SessionName}',
    conditionKeys: [],
  },
];

/** Muniment's own API, as the catalogue describes any other. */
export const munimentService: ServiceDefinition = {
  prefix: 'muniment',
  name: 'Muniment',
  actions: [
    action('DeregisterService', 'Write', 'service'),
    action('DescribeService', 'Read', 'service'),
    // A batch of questions needs the same right on everybody that it asks about.
    { ...action('IsAuthorized', 'Read'), resourceTypes: principals.map(({ name }) => ({ name })) },
    action('ListServices', 'List'),
    action('RegisterService', 'Write', 'service'),
  ],
  resourceTypes: [
    ...principals,
    {
      name: 'service',
      arn: 'arn:${Partition}:muniment:${Region}:${Account}:service/${ServicePrefix}',
      conditionKeys: [],
    },
  ],
  conditionKeys: [],
};
