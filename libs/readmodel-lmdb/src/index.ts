export { ReadModelsCorrupted } from './checked.js';
export { LmdbReadModels, openReadModels, type ReadModelsOptions } from './lmdb-read-models.js';
