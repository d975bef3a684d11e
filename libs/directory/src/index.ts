export { directory } from './directory.js';
export { directoryOperations } from './operations.js';
