import { createHmac, hkdfSync } from 'node:crypto';
import { type CallFacts, callRecords } from '@muniment/audit';
import { services } from '@muniment/aws-model';
import { markersOf } from '@muniment/aws-wire';
import { Gateway, RemoteKeys } from '@muniment/gateway';
import { routes } from '@muniment/hosting';
import {
  followingChecks,
  type Parts,
  type Serving,
  sharedRootKey,
  stalledLogged,
  unlessAway,
  watchProjection,
} from '@muniment/hosting/services';
import {
  deliverOver,
  EnvelopeSealer,
  Follower,
  hintedPosition,
  patience,
  randomIds,
  SpooledRecorder,
  systemClock,
} from '@muniment/runtime';
import { openSpool } from '@muniment/spool';
import { platformAccount } from './platform-account.js';

const writtenHint = 'muniment.hints.written';
const flushMilliseconds = 3000;
const lookupMilliseconds = 1500;
/** The same while records cannot be delivered. */
const vainMilliseconds = 100;

/** The one HTTP port: keys and decisions come from other services, records go to another. */
export async function serveGateway(parts: Parts): Promise<Serving> {
  const { bus, configuration, log, logger, metrics } = parts;
  const door: { gateway?: Gateway } = {};
  const keys: RemoteKeys = new RemoteKeys({ bus, position: () => follower.position });
  const follower: Follower = new Follower(log, {
    name: 'signing-keys',
    categories: ['credentials', 'directory'],
    seen: (events) => keys.seen(events),
    lost: () => keys.lost(),
    refuted: (position, head) => door.gateway?.refuted(position, head),
    // Keys that nobody would drop any more must not be used.
    failed: parts.failed,
    stalled: stalledLogged(logger, () => follower),
  });
  await follower.start();
  const settled = unlessAway(follower);
  watchProjection(metrics, follower, log);
  const accountId = await platformAccount(parts);
  const { recorder, close } = await openRecorder(parts, accountId);
  const gateway = new Gateway({
    services,
    routes,
    keys,
    windowSeconds: configuration.signatureWindowSeconds,
    bus,
    clock: systemClock,
    ids: randomIds,
    markers: markersOf(markerMac(parts)),
    refusal: () => recorder.refusal,
    record: (facts, durably) => recorder.record(facts, durably),
    // Who looks calls up finds those that this gateway has answered before.
    beforeAsking: (context) => (context === 'audit' ? deliverBeforeLookup(recorder) : undefined),
    unexpected: (error, requestId) => logger.error({ err: error, requestId }, 'unexpected error'),
    settled: (position) => settled.reached(position, patience),
    written: (position) => bus.publish(writtenHint, { position }),
    answered: (operation, status, seconds) => metrics.answered(operation, status, seconds),
  });
  door.gateway = gateway;
  const stopHearing = bus.subscribe(writtenHint, (hint) => gateway.heard(hintedPosition(hint) ?? 0));
  return {
    gateway,
    checks: (head) => [...followingChecks([follower], head), spoolCheck(recorder)],
    stop: async () => {
      stopHearing();
      await close();
      await follower.stop();
    },
  };
}

/** Records calls in a spool of this gateway's own, from which they go to audit. */
async function openRecorder(parts: Parts, accountId: string) {
  const { bus, configuration, logger, metrics } = parts;
  const spool = await openSpool({
    directory: parts.directory.spool,
    bytes: configuration.spoolBytes,
    failed: (error) => logger.error({ err: error }, 'the spool'),
  });
  const recorder = new SpooledRecorder({
    spool,
    ids: randomIds,
    shape: (facts: CallFacts) => callRecords(facts, accountId),
    now: () => systemClock.now(),
    deliver: deliverOver(bus),
    failed: (error) => logger.warn({ err: error }, 'call records wait in the spool'),
  });
  recorder.start();
  metrics.watch('muniment_spool_records', 'Call records that wait for delivery', {}, () => recorder.state.records);
  metrics.watch('muniment_spool_bytes', 'Size of the call records that wait', {}, () => recorder.state.bytes);
  const close = async (): Promise<void> => {
    await recorder.flush(flushMilliseconds);
    await recorder.stop();
    await spool.close();
  };
  return { recorder, close };
}

function deliverBeforeLookup(recorder: SpooledRecorder<CallFacts, unknown>): Promise<boolean> | undefined {
  const { records, failure } = recorder.state;
  if (records === 0) return undefined;
  return recorder.flush(failure === undefined ? lookupMilliseconds : vainMilliseconds);
}

/** Markers need a key that all gateways share, and nothing else of the root key. */
function markerMac({ configuration }: Parts): (text: Uint8Array) => Buffer {
  const { markerKey } = configuration;
  const key = markerKey
    ? Buffer.from(
        hkdfSync('sha256', Buffer.from(markerKey, 'base64'), Buffer.alloc(0), 'muniment/pagination-markers', 32),
      )
    : EnvelopeSealer.keyFor(sharedRootKey(configuration), 'pagination-markers');
  return (text) => createHmac('sha256', key).update(text).digest();
}

function spoolCheck({ state, refusal }: SpooledRecorder<CallFacts, unknown>) {
  const { records, bytes, oldest, failure } = state;
  return {
    name: 'spool',
    ok: refusal === undefined && failure === undefined,
    dispensable: refusal === undefined,
    detail: {
      records,
      bytes,
      ...(oldest && { oldest: oldest.toISOString() }),
      ...(failure !== undefined && { failure: failure instanceof Error ? failure.message : 'unknown' }),
    },
  };
}
