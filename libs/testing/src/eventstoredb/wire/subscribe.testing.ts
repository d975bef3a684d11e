import { randomUUID } from 'node:crypto';
import type { ReadReq } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import type { Log } from '../log.js';
import { compare, noStream, type Place, type Recorded } from '../records.js';
import { caughtUp, checkpoint, confirmation, eventAnswer, nameOf } from './answers.testing.js';
import type { Backend } from './backend.testing.js';
import { filterOf } from './filter.testing.js';
import type { streams } from './protocol.testing.js';
import { drained, placeOf, type ReadCall } from './read-call.testing.js';
import { invalidPosition, streamDeleted } from './refusals.testing.js';

/** What a subscription follows: where it stands, what comes next, and what it says besides events. */
interface Source {
  /** The next record after where it stands, which moves there; with a filter not every record is for the client. */
  next(): { readonly record: Recorded; readonly allowed: boolean } | undefined;
  /** Where the client may go on later, when it is time to say so. */
  due(): Place | undefined;
  /** Said once, when there is nothing more to catch up with. */
  arrived(): readonly streams.ReadResp[];
}

/** Confirms, catches up, says so, and goes on with what is appended until the client leaves or the stream ends. */
export async function subscribe(backend: Backend, call: ReadCall, options: ReadReq.Options): Promise<void> {
  const { store, faults, connections } = backend;
  const source = options.hasAll() ? allSource(backend, options) : streamSource(backend, options);
  const uuid = options.getUuidOption();
  const leave = connections.subscribed(call.getPeer());
  const say = async (...answers: streams.ReadResp[]) => {
    for (const answer of answers) {
      if (faults.isSilent) await gone(call);
      if (!call.cancelled && !call.write(answer)) await drained(call);
    }
  };
  try {
    await say(confirmation(randomUUID()));
    for (let live = false; !call.cancelled; ) {
      const found = source.next();
      if (found?.allowed) {
        const answer = eventAnswer(found.record, uuid);
        await say(answer, ...(faults.deliversTwice ? [answer] : []));
      }
      const due = found && source.due();
      if (due) await say(checkpoint(due));
      if (found) continue;
      if (!live) await say(...source.arrived());
      else await moreOf(store.log, call);
      live = true;
    }
  } finally {
    leave();
  }
}

const gone = (call: ReadCall) => new Promise<void>((resolve) => call.once('cancelled', resolve));

/** Resolves when there may be more to read, or nobody to read it for. */
const moreOf = (log: Log, call: ReadCall) =>
  new Promise<void>((resolve) => {
    const done = () => {
      stop();
      call.off('cancelled', done);
      resolve();
    };
    const stop = log.onCommit(done);
    call.once('cancelled', done);
  });

function allSource({ store: { log }, faults }: Backend, options: ReadReq.Options): Source {
  const place = options.getAll() as ReadReq.Options.AllOptions;
  const beginning = { commit: -1, prepare: -1 };
  if (place.hasPosition() && !log.isEdge(placeOf(place))) throw invalidPosition();
  const filter = filterOf(options.getFilter());
  let at = place.hasPosition() ? placeOf(place) : place.hasEnd() ? (log.last?.at ?? beginning) : beginning;
  let records = log.forwards(at);
  let considered = 0;
  let said = at;
  const sayCheckpoint = (to: Place) => {
    if (compare(to, said) <= 0) return undefined;
    said = to;
    return to;
  };
  return {
    next() {
      // Not by `for`: leaving it would end the generator.
      for (let step = records.next(); !step.done; step = records.next()) {
        const record = step.value;
        if (compare(record.at, at) <= 0) continue;
        at = record.at;
        considered++;
        return { record, allowed: filter?.allows(record) ?? true };
      }
      records = log.forwards(at);
      return undefined;
    },
    due: () => (filter && considered % filter.interval === 0 ? sayCheckpoint(at) : undefined),
    arrived() {
      const to = filter && sayCheckpoint(faults.checkpointsEnd ? { commit: log.end, prepare: 0 } : at);
      return [...(to ? [checkpoint(to)] : []), caughtUp(at.commit < 0 ? undefined : at)];
    },
  };
}

function streamSource({ store }: Backend, options: ReadReq.Options): Source {
  const place = options.getStream() as ReadReq.Options.StreamOptions;
  const stream = nameOf(place.getStreamIdentifier());
  const newest = () => {
    const view = store.view(stream);
    if (view.kind === 'deleted') throw streamDeleted(stream);
    return view.kind === 'events' ? view : { events: [], last: noStream };
  };
  let at = place.hasStart() ? noStream : place.hasEnd() ? newest().last : Number(place.getRevision());
  let waiting: readonly Recorded[] = [];
  let index = 0;
  return {
    next() {
      if (index === waiting.length) {
        waiting = newest().events.filter(({ revision }) => revision > at);
        index = 0;
      }
      const record = waiting[index++];
      if (!record) {
        index = 0;
        return undefined;
      }
      at = record.revision;
      return { record, allowed: true };
    },
    due: () => undefined,
    arrived: () => [caughtUp(at === noStream ? undefined : at)],
  };
}
