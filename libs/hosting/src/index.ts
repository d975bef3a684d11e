export { contexts, promptProjections, relaxedProjections, routes } from './contexts.js';
export { DataDirectory, DataDirectoryInUse, writePrivately } from './data-directory.js';
export { FirstStart, type FirstStartParts, type MadeCredentials } from './first-start.js';
export { keepCredentials, showCredentials } from './root-credentials.js';
