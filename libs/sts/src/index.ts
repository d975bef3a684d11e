export { stsOperations } from './operations.js';
