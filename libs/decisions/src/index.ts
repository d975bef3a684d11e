export { Decisions, type DecisionsOptions, type Question, type Verdict } from './decisions.js';
export type { Reader } from './rows.js';
