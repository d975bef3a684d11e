import type { Awaitable, Position } from '@muniment/kernel';
import { type Catching, type Following, hasReached } from '@muniment/runtime';

const lookMilliseconds = 250;

/**
 * What the data plane waits for: everything up to a position, unless the log is away. Then it goes on from the last
 * state, and recent changes may be missing (architecture 5, the outage rule).
 */
export const fromLastState = (following: Following): Catching => ({
  reached: (position, milliseconds): Awaitable<boolean> =>
    hasReached(following, position) || waitFor(following, position, milliseconds),
});

/**
 * The same for caches, which hold nothing that could be of a state that is over: with the log away they go on, also when
 * they have never seen it.
 */
export const unlessAway = (following: Following): Catching => {
  const lastState = fromLastState(following);
  const waited = async (position: Position, milliseconds: number) =>
    (await lastState.reached(position, milliseconds)) ||
    (following.stalled !== undefined && following.failure === undefined);
  return { reached: (position, milliseconds) => hasReached(following, position) || waited(position, milliseconds) };
};

async function waitFor(following: Following, position: Position, milliseconds: number): Promise<boolean> {
  for (let left = milliseconds; left > 0; left -= lookMilliseconds) {
    if (following.failure !== undefined) return false;
    // Rows that are being made again know less than was once answered: those are not a last state.
    if (following.stalled !== undefined) return following.floor <= following.position;
    if (await following.reached(position, Math.min(left, lookMilliseconds))) return true;
  }
  return following.stalled !== undefined && following.floor <= following.position;
}
