/** What other contexts may know of credentials: its read models, and whom they authenticate. */
export {
  type AccessKey,
  type AccessKeyEvent,
  accessKeys,
  type KeyStatus,
  rootKeyEvents,
  secretEndedBy,
} from './access-key/access-key.js';
export { type LongTermCredential, longTermCredential, principalOf } from './authentication.js';
export { type Credentials, type CredentialsEvent, credentials } from './credentials.js';
