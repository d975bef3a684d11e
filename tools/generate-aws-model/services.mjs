/**
 * The services whose models are kept in the repository. `botocore` is the name of the data folder there; a service
 * without `module` has its source kept, for the day it gets one, and the generator is tested with it; one without
 * `botocore` is Muniment's own: its model is written by hand, in the same format.
 */
export const services = [
  { id: 'iam', botocore: 'iam', module: true, global: true },
  { id: 'sts', botocore: 'sts', module: true },
  { id: 'cloudtrail', botocore: 'cloudtrail', module: true },
  { id: 'muniment', module: true },
  { id: 'accessanalyzer', botocore: 'accessanalyzer' },
  { id: 'organizations', botocore: 'organizations', module: true, global: true },
];
