import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import { BusUnavailable, LogUnavailable, MessageTooLarge, ReadModelsUnavailable } from '@muniment/runtime';
import { CodecError } from './codec.js';

/** How NATS micro says that a request has failed (its ADR-32). */
const codeHeader = 'Nats-Service-Error-Code';
const textHeader = 'Nats-Service-Error';

/** A failure as whoever asked may know it: what happened inside stays inside. */
export interface Failure {
  readonly code: 400 | 413 | 500 | 503;
  readonly text: string;
}

const away = [LogUnavailable, ReadModelsUnavailable, BusUnavailable];

/** A question that could not be read never reached the service. */
export class Unreadable extends Error {}

export function failureOf(error: unknown): Failure {
  if (error instanceof Unreadable) return { code: 400, text: 'the question cannot be read' };
  if (error instanceof MessageTooLarge) return { code: 413, text: 'the answer is too large' };
  if (away.some((kind) => error instanceof kind)) return { code: 503, text: 'the service lacks what it needs' };
  return { code: 500, text: 'the service failed' };
}

export function failureHeaders({ code, text }: Failure): MsgHdrs {
  const result = headers();
  result.set(codeHeader, `${code}`);
  result.set(textHeader, text);
  return result;
}

/** Status of the server's own answer when nobody listens. */
const noResponders = 503;

/** What the answer says went wrong; nothing when it is an answer. */
export function failureIn(msg: Msg, subject: string): Error | undefined {
  const found = msg.headers;
  if (found === undefined) return undefined;
  if (found.code === noResponders && msg.data.length === 0) return new BusUnavailable(subject, 'no service listens');
  const code = found.get(codeHeader);
  const text = found.get(textHeader);
  if (code === '') return undefined;
  if (code === '413') return new MessageTooLarge(subject, text);
  return code === '503' ? new BusUnavailable(subject, text) : new Error(`\`${subject}\` failed: ${text}`);
}

/** Reads what `decode` reads, and says of what it could not be. */
export function readable<Value>(what: string, decode: () => unknown): Value {
  try {
    return decode() as Value;
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause;
    throw new Unreadable(`${what} cannot be read: ${cause.message}`, { cause });
  }
}
