export { contexts, promptProjections, relaxedProjections, routes } from './contexts.js';
export { DataDirectory, DataDirectoryInUse, writePrivately } from './data-directory.js';
export { FirstStart, type FirstStartParts, type MadeCredentials } from './first-start.js';
export { inquiryAnswers, inquiriesPrefix, type InquiryAnswers } from './inquiry-answers.js';
export { type InquiryDoor, openInquiryDoor } from './inquiry-http.js';
export { MemberAccess } from './member-access.js';
export {
  confirmKept,
  keepCredentials,
  type KeptCredentials,
  showCredentials,
  showStoredCredentials,
} from './root-credentials.js';
export { followingChecks, parkedLogged, stalledLogged, watchProjection } from './projection-health.js';
export { SecretEraser } from './secret-eraser.js';
export { stopOnSignals } from './stop-on-signals.js';
