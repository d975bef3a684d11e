/** What others may know of STS: what a session token holds, and which credentials may call what. */
export { type Issued, issueSession, readSession, type SealedSession } from './session.js';
export { type Refusal, refusal } from './who-may-call.js';
