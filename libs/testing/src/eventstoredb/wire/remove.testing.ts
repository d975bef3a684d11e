import type { sendUnaryData, ServerUnaryCall } from '@grpc/grpc-js';
import type {
  DeleteReq,
  DeleteResp,
  TombstoneReq,
  TombstoneResp,
} from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type { Place } from '../records.js';
import type { Outcome } from '../store.js';
import { expectedOf, nameOf } from './answers.testing.js';
import { admit, type Backend } from './backend.testing.js';
import { streams } from './protocol.testing.js';
import { invalidArgument, streamDeleted, wrongExpectedVersion } from './refusals.testing.js';

export async function softDelete(
  backend: Backend,
  call: ServerUnaryCall<DeleteReq, DeleteResp>,
  answer: sendUnaryData<DeleteResp>,
): Promise<void> {
  await admit(backend, 'delete', call.metadata);
  const { stream, expected } = targetOf(call.request.getOptions());
  const at = placeOf(await backend.store.softDelete(stream, expected), stream, expected);
  const position = new streams.DeleteResp.Position()
    .setCommitPosition(String(at.commit))
    .setPreparePosition(String(at.prepare));
  answer(null, new streams.DeleteResp().setPosition(position));
}

export async function tombstone(
  backend: Backend,
  call: ServerUnaryCall<TombstoneReq, TombstoneResp>,
  answer: sendUnaryData<TombstoneResp>,
): Promise<void> {
  await admit(backend, 'delete', call.metadata);
  const { stream, expected } = targetOf(call.request.getOptions());
  const at = placeOf(await backend.store.tombstone(stream, expected), stream, expected);
  const position = new streams.TombstoneResp.Position()
    .setCommitPosition(String(at.commit))
    .setPreparePosition(String(at.prepare));
  answer(null, new streams.TombstoneResp().setPosition(position));
}

function targetOf(options?: DeleteReq.Options | TombstoneReq.Options) {
  if (!options) throw invalidArgument('a stream is removed by its name');
  return { stream: nameOf(options.getStreamIdentifier()), expected: expectedOf(options) };
}

function placeOf(outcome: Outcome, stream: string, expected: Parameters<typeof wrongExpectedVersion>[1]): Place {
  if (outcome.kind === 'deleted') throw streamDeleted(stream);
  if (outcome.kind === 'wrong') throw wrongExpectedVersion(stream, expected, outcome.current);
  return outcome.at as Place;
}
