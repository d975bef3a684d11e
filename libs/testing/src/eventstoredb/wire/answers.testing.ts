import type { ReadReq } from '@kurrent/kurrentdb-client/generated/kurrentdb/protocols/v1/streams_pb.js';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';
import { deletedRevision, type Expected, type Place, type Recorded } from '../records.js';
import { shared, streams } from './protocol.testing.js';

const { ReadResp } = streams;

/** A revision on the wire; that of a tombstone is no number JavaScript can write down. */
export const revisionText = (revision: number): string =>
  revision === deletedRevision ? '9223372036854775807' : String(revision);

export const nameOf = (identifier?: shared.StreamIdentifier): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString();

export const identifierOf = (stream: string): shared.StreamIdentifier =>
  new shared.StreamIdentifier().setStreamName(Buffer.from(stream));

/** What the client says it expects, in any of the requests that say so. */
export function expectedOf(options: {
  hasAny(): boolean;
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
  getRevision(): string;
}): Expected {
  if (options.hasAny()) return 'any';
  if (options.hasNoStream()) return 'noStream';
  if (options.hasStreamExists()) return 'streamExists';
  return Number(options.getRevision());
}

/** Whole 100-nanosecond ticks, as .NET counts them, since 1970. */
const ticks = (milliseconds: number): string => String(BigInt(Math.trunc(milliseconds)) * 10_000n);

export function eventAnswer(record: Recorded, uuid?: ReadReq.Options.UUIDOption): streams.ReadResp {
  const event = new ReadResp.ReadEvent.RecordedEvent()
    .setId(idOf(record.id, uuid))
    .setStreamIdentifier(identifierOf(record.stream))
    .setStreamRevision(revisionText(record.revision))
    .setCommitPosition(String(record.at.commit))
    .setPreparePosition(String(record.at.prepare))
    .setData(record.data)
    .setCustomMetadata(record.metadata);
  event
    .getMetadataMap()
    .set('type', record.type)
    .set('content-type', record.json ? 'application/json' : 'application/octet-stream')
    .set('created', ticks(record.created));
  return new ReadResp().setEvent(new ReadResp.ReadEvent().setEvent(event).setCommitPosition(String(record.at.commit)));
}

function idOf(id: string, option?: ReadReq.Options.UUIDOption): shared.UUID {
  if (option?.hasString()) return new shared.UUID().setString(id);
  const digits = id.replaceAll('-', '');
  const bits = (from: number) => String(BigInt.asIntN(64, BigInt(`0x${digits.slice(from, from + 16)}`)));
  const structured = new shared.UUID.Structured().setMostSignificantBits(bits(0)).setLeastSignificantBits(bits(16));
  return new shared.UUID().setStructured(structured);
}

export const textOf = (uuid?: shared.UUID): string => {
  const structured = uuid?.getStructured();
  if (!structured) return uuid?.getString() ?? '';
  const hex = (bits: string) => BigInt.asUintN(64, BigInt(bits)).toString(16).padStart(16, '0');
  const digits = hex(structured.getMostSignificantBits()) + hex(structured.getLeastSignificantBits());
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

const now = () => timestamps.Timestamp.fromDate(new Date());

const positionOf = ({ commit, prepare }: Place) =>
  new ReadResp.Position().setCommitPosition(String(commit)).setPreparePosition(String(prepare));

export const confirmation = (id: string): streams.ReadResp =>
  new ReadResp().setConfirmation(new ReadResp.SubscriptionConfirmation().setSubscriptionId(id));

export const checkpoint = ({ commit, prepare }: Place): streams.ReadResp =>
  new ReadResp().setCheckpoint(
    new ReadResp.Checkpoint().setCommitPosition(String(commit)).setPreparePosition(String(prepare)).setTimestamp(now()),
  );

/** Where a subscription stands: a place in `$all`, a revision in a stream, or nowhere yet. */
export function caughtUp(at: Place | number | undefined): streams.ReadResp {
  const message = new ReadResp.CaughtUp().setTimestamp(now());
  if (typeof at === 'number') message.setStreamRevision(revisionText(at));
  else if (at) message.setPosition(positionOf(at));
  return new ReadResp().setCaughtUp(message);
}

export const streamNotFound = (stream: string): streams.ReadResp =>
  new ReadResp().setStreamNotFound(new ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(stream)));

export const firstStreamPosition = (revision: number): streams.ReadResp =>
  new ReadResp().setFirstStreamPosition(revisionText(revision));

export const lastStreamPosition = (revision: number): streams.ReadResp =>
  new ReadResp().setLastStreamPosition(revisionText(revision));
