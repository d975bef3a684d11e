/**
 * The services whose models are kept in the repository. `botocore` is the name of the data folder there; a service
 * without `module` has its source kept, for the day it gets one, and the generator is tested with it.
 */
export const services = [
  { id: 'iam', botocore: 'iam', module: true, global: true },
  { id: 'sts', botocore: 'sts', module: true },
  { id: 'cloudtrail', botocore: 'cloudtrail', module: true },
  { id: 'accessanalyzer', botocore: 'accessanalyzer' },
  { id: 'organizations', botocore: 'organizations', global: true },
];
