export { credentials } from './credentials.js';
export { credentialsOperations } from './operations.js';
