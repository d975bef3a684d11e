import type { AnyOperation } from '@muniment/kernel';
import { LookupEvents } from './lookup-events.js';

export const auditOperations: readonly AnyOperation[] = [LookupEvents];
