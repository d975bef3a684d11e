export { commonErrors } from './common-errors.js';
export type { CommonError } from './common-errors.js';
export { resolveFault } from './errors.js';
export type { ResolvedFault } from './errors.js';
export { markersOf } from './markers.js';
export type { Mac, Markers, Unmarked } from './markers.js';
export type { Decoded, Protocol, WireFault, WireRequest, WireResponse } from './protocol.js';
export { isFault, operationOf, protocolOf, serviceOf } from './protocols.js';
export { checkInput } from './validate.js';
