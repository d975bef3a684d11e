export { directory } from './directory.js';
export { directoryOperations } from './operations.js';
export { platform } from './platform/platform.js';
