import type { Ids } from './ports/ids.js';

/** Anything up to so much: who has met must not meet again at the same moment. */
export const jittered = (ids: Ids, milliseconds: number): number =>
  (milliseconds * Buffer.from(ids.random(2), 'base64').readUInt16LE()) / 0x10000;
