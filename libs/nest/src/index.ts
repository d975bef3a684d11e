export { Configuration, isLoopback } from './configuration.js';
export * from './health.controller.js';
export * from './health-server.js';
export * from './http.js';
export * from './logger.js';
export * from './metrics.js';
export * from './read-configuration.js';
