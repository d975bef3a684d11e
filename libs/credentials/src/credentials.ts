import { aggregate, type StateOf } from '@muniment/kernel';
import { type AccessKeyEvent, accessKeyEvents, accessKeys } from './access-key/access-key.js';

const models = { accessKeys };

/** What the users of an account, and its root user, prove themselves with. */
export interface Credentials extends StateOf<typeof models> {}

export type CredentialsEvent = AccessKeyEvent;

export const credentials = aggregate<typeof models, CredentialsEvent>('credentials', {
  models,
  evolve: accessKeyEvents,
  version: 1,
});
