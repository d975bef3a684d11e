import { setImmediate } from 'node:timers/promises';
import { isPieces, type Pieces } from '@muniment/kernel';

/** So long may one call's work keep the process from everything else. */
const turnMilliseconds = 2;

/** The result of work; where it comes in pieces, others have their turn between them. */
export function inPieces<Result>(work: Result | Pieces<Result>): Result | Promise<Result> {
  return isPieces(work) ? pieceByPiece(work) : work;
}

async function pieceByPiece<Result>(work: Pieces<Result>): Promise<Result> {
  for (;;) {
    for (const end = performance.now() + turnMilliseconds; performance.now() < end; ) {
      const { done, value } = work.next();
      if (done) return value;
    }
    await setImmediate();
  }
}
