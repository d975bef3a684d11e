import type { ReadReq, ReadResp } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type { Recorded } from '../records.js';
import type { View } from '../retention.js';
import { eventAnswer, firstStreamPosition, lastStreamPosition, nameOf, streamNotFound } from './answers.testing.js';
import { admit, type Backend } from './backend.testing.js';
import { filterOf } from './filter.testing.js';
import { streams } from './protocol.testing.js';
import { drained, placeOf, type ReadCall } from './read-call.testing.js';
import { invalidArgument, invalidPosition, streamDeleted } from './refusals.testing.js';
import { subscribe } from './subscribe.testing.js';

const { BACKWARDS } = streams.ReadReq.Options.ReadDirection;

/** All reads and all subscriptions come in by this one method. */
export async function read(backend: Backend, call: ReadCall): Promise<void> {
  const options = call.request.getOptions();
  if (!options?.hasUuidOption()) throw invalidArgument("'uuidOption' is a required argument");
  const isSubscription = options.hasSubscription();
  await admit(backend, isSubscription ? 'subscribe' : 'read', call.metadata);
  if (isSubscription) await subscribe(backend, call, options);
  else if (options.hasAll()) await send(call, allOf(backend, options));
  else await send(call, streamOf(backend, options));
  call.end();
}

/** Writes what is read as fast as the client takes it. */
async function send(call: ReadCall, answers: Iterable<ReadResp>): Promise<void> {
  for (const answer of answers) {
    if (call.cancelled) return;
    if (!call.write(answer)) await drained(call);
  }
}

function* allOf({ store }: Backend, options: ReadReq.Options): Generator<ReadResp> {
  const from = placeOf(options.getAll() as ReadReq.Options.AllOptions);
  if (!store.log.isEdge(from)) throw invalidPosition();
  const filter = filterOf(options.getFilter());
  const backwards = options.getReadDirection() === BACKWARDS;
  let left = Number(options.getCount());
  for (const record of backwards ? store.log.backwards(from) : store.log.forwards(from)) {
    if (left === 0) return;
    if (filter && !filter.allows(record)) continue;
    left--;
    yield eventAnswer(record, options.getUuidOption());
  }
}

function* streamOf({ store }: Backend, options: ReadReq.Options): Generator<ReadResp> {
  const stream = nameOf(options.getStream()?.getStreamIdentifier());
  const view = store.view(stream);
  if (view.kind === 'deleted') throw streamDeleted(stream);
  if (view.kind === 'noStream') {
    yield streamNotFound(stream);
    return;
  }
  const events = wanted(view, options);
  const tells = (options.getControlOption()?.getCompatibility() ?? 0) > 0;
  if (tells && events.length === 0 && options.getReadDirection() !== BACKWARDS) yield firstStreamPosition(view.first);
  for (const event of events) yield eventAnswer(event, options.getUuidOption());
  if (tells) yield lastStreamPosition(view.last);
}

function wanted({ events }: Extract<View, { kind: 'events' }>, options: ReadReq.Options): readonly Recorded[] {
  const place = options.getStream() as ReadReq.Options.StreamOptions;
  const count = Number(options.getCount());
  const first = events[0]?.revision ?? 0;
  const from = place.hasStart() ? 0 : place.hasEnd() ? Infinity : Number(place.getRevision());
  if (options.getReadDirection() !== BACKWARDS) {
    const skipped = Math.max(0, from - first);
    return events.slice(skipped, skipped + count);
  }
  const until = Math.max(0, from - first + 1);
  return events.slice(Math.max(0, Math.min(until, events.length) - count), until).reverse();
}
