import type { AnyOperation } from '@muniment/kernel';
import { GetContextKeysForCustomPolicy, GetContextKeysForPrincipalPolicy } from './get-context-keys.js';
import { SimulateCustomPolicy } from './simulate-custom-policy.js';
import { SimulatePrincipalPolicy } from './simulate-principal-policy.js';

export const simulatorOperations: readonly AnyOperation[] = [
  GetContextKeysForCustomPolicy,
  GetContextKeysForPrincipalPolicy,
  SimulateCustomPolicy,
  SimulatePrincipalPolicy,
];
