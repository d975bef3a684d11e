import type { ServerDuplexStream } from '@grpc/grpc-js';
import type {
  BatchAppendReq,
  BatchAppendResp,
} from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import anys from 'google-protobuf/google/protobuf/any_pb.js';
import empties from 'google-protobuf/google/protobuf/empty_pb.js';
import { type Expected, noStream, type Proposed } from '../records.js';
import type { Outcome } from '../store.js';
import { identifierOf, nameOf, revisionText, textOf } from './answers.testing.js';
import { admit, type Backend, losesAnswer } from './backend.testing.js';
import { proposedOf, sizeOnDisk } from './proposals.testing.js';
import { codes, shared, statuses, streams } from './protocol.testing.js';

const { BatchAppendResp: Answer } = streams;

/** The server itself gives up on a write after so long. */
const writeTimeout = 2000;

/** One append that arrives in parts under its correlation id. */
interface Pending {
  readonly correlation: shared.UUID;
  readonly stream: string;
  readonly expected: Expected;
  readonly deadline: number;
  readonly events: Proposed[];
  size: number;
}

type Call = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

/** Many appends over one call that stays open; each is answered by itself, errors too, as long as the call stands. */
export async function batchAppend(backend: Backend, call: Call): Promise<void> {
  const pending = new Map<string, Pending>();
  const answers: Promise<void>[] = [];
  for await (const message of call as AsyncIterable<BatchAppendReq>) {
    const id = textOf(message.getCorrelationId());
    const request = pending.get(id) ?? requestOf(message);
    if (!request) continue;
    pending.set(id, request);
    for (const proposed of message.getProposedMessagesList()) {
      request.size += sizeOnDisk(request.events[request.events.push(proposedOf(proposed)) - 1] as Proposed);
    }
    if (!message.getIsFinal()) continue;
    pending.delete(id);
    answers.push(answerOne(backend, call, request));
  }
  await Promise.all(answers);
  call.end();
}

function requestOf(message: BatchAppendReq): Pending | undefined {
  const options = message.getOptions();
  const correlation = message.getCorrelationId();
  if (!options || !correlation) return undefined;
  return {
    correlation,
    stream: nameOf(options.getStreamIdentifier()),
    expected: expectedOf(options),
    deadline: deadlineOf(options),
    events: [],
    size: 0,
  };
}

function expectedOf(options: BatchAppendReq.Options): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'noStream';
  if (options.hasStreamExists()) return 'streamExists';
  return Number(options.getStreamPosition());
}

function deadlineOf(options: BatchAppendReq.Options): number {
  const duration = options.getDeadline();
  const asked = duration
    ? Date.now() + duration.getSeconds() * 1000 + duration.getNanos() / 1e6
    : (options.getDeadline21100()?.toDate().getTime() ?? Infinity);
  return Math.min(asked, Date.now() + writeTimeout);
}

/** A refusal of the server as a whole ends the call; all others are answers. */
async function answerOne(backend: Backend, call: Call, request: Pending): Promise<void> {
  const isLate = new Promise<'timeout'>((resolve) => {
    setTimeout(() => resolve('timeout'), Math.max(0, request.deadline - Date.now())).unref();
  });
  try {
    // What is answered with a timeout may be written all the same, later.
    const outcome = await Promise.race([write(backend, call, request), isLate]);
    if (outcome === 'lost' || call.cancelled) return;
    const answer = new Answer().setCorrelationId(request.correlation).setStreamIdentifier(identifierOf(request.stream));
    call.write(outcomeOf(answer, outcome, request, backend.maxAppendSize));
  } catch (refusal) {
    if (!call.cancelled) call.emit('error', refusal);
  }
}

type Result = Outcome | 'timeout' | 'tooLarge';

async function write(backend: Backend, call: Call, request: Pending): Promise<Result | 'lost'> {
  await admit(backend, 'batchAppend', call.metadata);
  if (request.size > backend.maxAppendSize) return 'tooLarge';
  const outcome = await backend.store.append(request.stream, request.expected, request.events);
  return outcome.kind === 'written' && losesAnswer(backend, call) ? 'lost' : outcome;
}

function outcomeOf(answer: BatchAppendResp, outcome: Result, request: Pending, limit: number): BatchAppendResp {
  if (outcome === 'timeout') return answer.setError(errorOf('Timeout', new shared.Timeout()));
  if (outcome === 'tooLarge') {
    const details = new shared.MaximumAppendSizeExceeded().setMaxappendsize(limit);
    return answer.setError(errorOf('MaximumAppendSizeExceeded', details));
  }
  if (outcome.kind === 'deleted') {
    const details = new shared.StreamDeleted().setStreamIdentifier(identifierOf(request.stream));
    return answer.setError(errorOf('StreamDeleted', details));
  }
  if (outcome.kind === 'wrong') {
    return answer.setError(errorOf('WrongExpectedVersion', wrong(outcome.current, request.expected)));
  }
  return answer.setSuccess(successOf(outcome));
}

function successOf({ revision, at }: Extract<Outcome, { kind: 'written' }>): BatchAppendResp.Success {
  const success = new Answer.Success();
  if (revision === noStream) success.setNoStream(new empties.Empty());
  else success.setCurrentRevision(revisionText(revision));
  if (!at) return success.setNoPosition(new empties.Empty());
  const position = new shared.AllStreamPosition()
    .setCommitPosition(String(at.commit))
    .setPreparePosition(String(at.prepare));
  return success.setPosition(position);
}

const codeOf = {
  Timeout: codes.Code.DEADLINE_EXCEEDED,
  MaximumAppendSizeExceeded: codes.Code.INVALID_ARGUMENT,
  StreamDeleted: codes.Code.FAILED_PRECONDITION,
  WrongExpectedVersion: codes.Code.FAILED_PRECONDITION,
};

function errorOf(name: keyof typeof codeOf, details: { serializeBinary(): Uint8Array }): statuses.Status {
  const packed = new anys.Any();
  packed.pack(details.serializeBinary(), `event_store.client.${name}`);
  return new statuses.Status().setCode(codeOf[name]).setMessage(name).setDetails(packed);
}

function wrong(current: number, expected: Expected): shared.WrongExpectedVersion {
  const message = new shared.WrongExpectedVersion();
  if (expected === 'any') message.setExpectedAny(new empties.Empty());
  else if (expected === 'noStream') message.setExpectedNoStream(new empties.Empty());
  else if (expected === 'streamExists') message.setExpectedStreamExists(new empties.Empty());
  else message.setExpectedStreamPosition(String(expected));
  return current === noStream
    ? message.setCurrentNoStream(new empties.Empty())
    : message.setCurrentStreamRevision(revisionText(current));
}
