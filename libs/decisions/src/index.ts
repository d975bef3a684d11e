export { Decisions, type DecisionsOptions, type Question, type Verdict } from './decisions.js';
export { deciding } from './is-authorized/deciding.js';
export { Inquiries } from './is-authorized/inquiries.js';
export { decisionsOperations } from './operations.js';
export type { Reader } from './rows.js';
