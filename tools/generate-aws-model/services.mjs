/** The services whose models are kept in the repository. `botocore` is the name of the data folder there. */
export const services = [
  { id: 'iam', botocore: 'iam', global: true },
  { id: 'sts', botocore: 'sts' },
  { id: 'cloudtrail', botocore: 'cloudtrail' },
];
