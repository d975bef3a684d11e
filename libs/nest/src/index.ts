export * from './configuration.js';
export * from './health.controller.js';
export * from './http.js';
export * from './logger.js';
export * from './metrics.js';
