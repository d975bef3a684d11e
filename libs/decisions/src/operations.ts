import type { AnyOperation } from '@muniment/kernel';
import { BatchIsAuthorized, IsAuthorized } from './is-authorized/is-authorized.operations.js';

export const decisionsOperations: readonly AnyOperation[] = [IsAuthorized, BatchIsAuthorized];
