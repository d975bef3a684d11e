import { Metadata, status } from '@grpc/grpc-js';
import type { Endpoint } from '../faults.js';
import type { Expected } from '../records.js';

/** A call that ends with an error status, in the server's own words. */
export class Refusal extends Error {
  readonly code: number;
  readonly details: string;
  readonly metadata = new Metadata();

  constructor(code: number, details: string, metadata: Record<string, string> = {}) {
    super(details);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
    for (const [key, value] of Object.entries(metadata)) this.metadata.set(key, value);
  }
}

export const serverNotReady = () => new Refusal(status.UNAVAILABLE, 'Server Is Not Ready');

export const notLeader = ({ address, port }: Endpoint) =>
  new Refusal(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': address,
    'leader-endpoint-port': String(port),
  });

export const streamDeleted = (stream: string) =>
  new Refusal(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

const expectedNumbers = { any: -2, noStream: -1, streamExists: -4 };

export const wrongExpectedVersion = (stream: string, expected: Expected, current: number) => {
  const number = typeof expected === 'number' ? expected : expectedNumbers[expected];
  return new Refusal(
    status.FAILED_PRECONDITION,
    `Delete failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${number}, Actual version: ${current}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': String(number),
      'actual-version': String(current),
    },
  );
};

export const appendTooLarge = (limit: number) =>
  new Refusal(status.INVALID_ARGUMENT, `Maximum Append Size of ${limit} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': String(limit),
  });

export const invalidPosition = () => new Refusal(status.INVALID_ARGUMENT, 'Trying to read from an invalid position.');

export const invalidArgument = (what: string) => new Refusal(status.INVALID_ARGUMENT, what);
