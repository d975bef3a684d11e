import type { AccessLevel, ActionDefinition, ServiceDefinition } from './definition.js';

const action = (name: string, accessLevel: AccessLevel, ...types: readonly string[]): ActionDefinition => ({
  name,
  accessLevel,
  resourceTypes: types.map((type) => ({ name: type, required: true })),
  conditionKeys: [],
  dependentActions: [],
});

/** Muniment's own API for services, as the catalogue describes any other. */
export const munimentService: ServiceDefinition = {
  prefix: 'muniment',
  name: 'Muniment',
  actions: [
    action('DeregisterService', 'Write', 'service'),
    action('DescribeService', 'Read', 'service'),
    action('ListServices', 'List'),
    action('RegisterService', 'Write', 'service'),
  ],
  resourceTypes: [
    {
      name: 'service',
      arn: 'arn:${Partition}:muniment:${Region}:${Account}:service/${ServicePrefix}',
      conditionKeys: [],
    },
  ],
  conditionKeys: [],
};
