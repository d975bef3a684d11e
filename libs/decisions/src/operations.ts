import type { AnyOperation } from '@muniment/kernel';
import { BatchIsAuthorized, IsAuthorized } from './is-authorized/is-authorized.operations.js';
import { simulatorOperations } from './simulation/operations.js';

export const decisionsOperations: readonly AnyOperation[] = [IsAuthorized, BatchIsAuthorized, ...simulatorOperations];
