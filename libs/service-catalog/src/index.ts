export { arnFormat, fitsArnFormat } from './arn-format.js';
export { awsServices } from './aws-services.js';
export { awsServiceNames } from './aws-names.gen.js';
export {
  Catalogue,
  type CatalogueAction,
  type CatalogueResourceType,
  type CatalogueService,
} from './catalogue.js';
export {
  type AccessLevel,
  type ActionDefinition,
  type ActionResourceType,
  accessLevels,
  type ConditionKeyDefinition,
  type ConditionKeyType,
  conditionKeyTypes,
  type ResourceTypeDefinition,
  type ServiceDefinition,
} from './definition.js';
export { munimentService } from './muniment.js';
export { template } from './text-pattern.js';
export { definitionLimits, type DefinitionError, readServiceDefinition } from './read-definition.js';
