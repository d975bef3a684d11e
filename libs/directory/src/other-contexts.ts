import { foreign } from '@muniment/kernel';

/** Access keys as deletion and the account summary need them; kept by credentials. */
export const accessKeysOfUsers = foreign<{ readonly accessKeyId: string; readonly userId: string }>('access-keys', [
  'user',
]);

/** When a role was last used; kept by audit. */
export const rolesLastUsed = foreign<{ readonly roleId: string; readonly at: string; readonly region: string }>(
  'roles-last-used',
);
