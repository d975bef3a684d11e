import { foreign } from '@muniment/kernel';

/** When keys were last used; kept by audit. */
export const accessKeysLastUsed = foreign<{
  readonly accessKeyId: string;
  readonly at: string;
  readonly region: string;
  readonly service: string;
}>('access-keys-last-used');
