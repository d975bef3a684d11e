export * as cloudtrail from './cloudtrail.gen.js';
export * as iam from './iam.gen.js';
export * as organizations from './organizations.gen.js';
export * as muniment from './muniment.gen.js';
export type * from './schema.js';
export { services } from './services.js';
export * as sts from './sts.gen.js';
