/** The only source of time outside adapters. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
