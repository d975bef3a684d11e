import type { AnyOperation } from '@muniment/kernel';
import { AssumeRole } from './assume-role.js';
import { GetAccessKeyInfo } from './get-access-key-info.js';
import { GetCallerIdentity } from './get-caller-identity.js';
import { GetSessionToken } from './get-session-token.js';

export const stsOperations: readonly AnyOperation[] = [
  AssumeRole,
  GetAccessKeyInfo,
  GetCallerIdentity,
  GetSessionToken,
];
