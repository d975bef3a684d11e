import { service as cloudtrail } from './cloudtrail.gen.js';
import { service as iam } from './iam.gen.js';
import { service as muniment } from './muniment.gen.js';
import { service as organizations } from './organizations.gen.js';
import type { Service } from './schema.js';
import { service as sts } from './sts.gen.js';

/** Every service whose API is known. */
export const services: readonly Service[] = [iam, sts, cloudtrail, organizations, muniment];
