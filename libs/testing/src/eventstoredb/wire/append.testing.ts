import type { sendUnaryData, ServerReadableStream } from '@grpc/grpc-js';
import type { AppendReq, AppendResp } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type { Expected, Proposed } from '../records.js';
import { noStream } from '../records.js';
import type { Outcome } from '../store.js';
import { expectedOf, nameOf, revisionText } from './answers.testing.js';
import { admit, type Backend, losesAnswer } from './backend.testing.js';
import { proposedOf, sizeOnDisk } from './proposals.testing.js';
import { shared, streams } from './protocol.testing.js';
import { appendTooLarge, invalidArgument, streamDeleted } from './refusals.testing.js';

const { AppendResp: Answer } = streams;

/** One append per call: its options first, then an event per message. */
export async function append(
  backend: Backend,
  call: ServerReadableStream<AppendReq, AppendResp>,
  answer: sendUnaryData<AppendResp>,
): Promise<void> {
  const { options, events } = await requestOf(call, backend.maxAppendSize);
  await admit(backend, 'append', call.metadata);
  const stream = nameOf(options.getStreamIdentifier());
  const expected = expectedOf(options);
  const outcome = await backend.store.append(stream, expected, events);
  if (outcome.kind === 'deleted') throw streamDeleted(stream);
  if (outcome.kind === 'written' && losesAnswer(backend, call)) return;
  answer(null, answerOf(outcome, expected));
}

async function requestOf(call: ServerReadableStream<AppendReq, AppendResp>, limit: number) {
  let options: AppendReq.Options | undefined;
  const events: Proposed[] = [];
  let size = 0;
  for await (const message of call as AsyncIterable<AppendReq>) {
    const proposed = message.getProposedMessage();
    if (proposed) size += sizeOnDisk(events[events.push(proposedOf(proposed)) - 1] as Proposed);
    else options = message.getOptions();
    if (size > limit) throw appendTooLarge(limit);
  }
  // Who left in the middle has not asked for the half of it.
  if (call.cancelled) throw invalidArgument('the call was cancelled');
  if (!options) throw invalidArgument('an append begins with its options');
  return { options, events };
}

function answerOf(outcome: Exclude<Outcome, { kind: 'deleted' }>, expected: Expected): AppendResp {
  if (outcome.kind === 'wrong') return new Answer().setWrongExpectedVersion(wrong(outcome.current, expected));
  const success = new Answer.Success();
  if (outcome.revision === noStream) success.setNoStream(new shared.Empty());
  else success.setCurrentRevision(revisionText(outcome.revision));
  if (!outcome.at) return new Answer().setSuccess(success.setNoPosition(new shared.Empty()));
  const position = new Answer.Position()
    .setCommitPosition(String(outcome.at.commit))
    .setPreparePosition(String(outcome.at.prepare));
  return new Answer().setSuccess(success.setPosition(position));
}

function wrong(current: number, expected: Expected): AppendResp.WrongExpectedVersion {
  const message = new Answer.WrongExpectedVersion();
  if (expected === 'any') message.setExpectedAny(new shared.Empty());
  else if (expected === 'noStream') message.setExpectedNoStream(new shared.Empty());
  else if (expected === 'streamExists') message.setExpectedStreamExists(new shared.Empty());
  else message.setExpectedRevision(String(expected));
  return current === noStream
    ? message.setCurrentNoStream(new shared.Empty())
    : message.setCurrentRevision(revisionText(current));
}
