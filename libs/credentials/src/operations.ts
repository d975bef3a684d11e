import type { AnyOperation } from '@muniment/kernel';
import * as accessKey from './access-key/access-key.operations.js';

export const credentialsOperations: readonly AnyOperation[] = Object.values(accessKey);
