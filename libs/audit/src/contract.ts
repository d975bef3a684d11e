/** What other contexts may know of audit. */
export type { CallFacts } from './call-record/facts.js';
export { type AccessKeyLastUsed, accessKeysLastUsed, type RoleLastUsed, rolesLastUsed } from './last-used/last-used.js';
