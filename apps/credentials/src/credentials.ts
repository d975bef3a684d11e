import { DerivedKeys, keysPrefix, type LongTermAsked, longTermAnswers } from '@muniment/gateway';
import { promptProjections, SecretEraser } from '@muniment/hosting';
import {
  dataKeyProjections,
  dataKeysOf,
  followingChecks,
  LocalRows,
  type MadeOfRows,
  type Parts,
  respondFor,
  type Serving,
  SharedRows,
  sharedRootKey,
  startPlatform,
} from '@muniment/hosting/services';
import { EnvelopeSealer, randomIds, sourcesFor } from '@muniment/runtime';

/**
 * Access keys: the operations from rows in Redis; signing keys for the gateways from rows of its own, so that keys go on
 * authenticating without the log and without Redis.
 */
export async function serveCredentials(parts: Parts): Promise<Serving> {
  const { bus, configuration } = parts;
  const made: MadeOfRows = { changed: (changes) => derived.changed(changes), lost: () => derived.lost() };
  const local = await LocalRows.open(parts, [...promptProjections, ...dataKeyProjections(parts)], made);
  const dataKeys = dataKeysOf(parts, local);
  const sealer = new EnvelopeSealer(sharedRootKey(configuration), dataKeys);
  const reached = (position: number) => local.reached(position);
  const derived = new DerivedKeys({
    from: sourcesFor({ rows: local.rows, sealer, ids: randomIds }, ''),
    sealer,
    partition: configuration.partition,
    caughtUp: () => local.caughtUp(),
  });
  await local.start();
  const accountId = await startPlatform(parts, sealer, local);
  const eraser = new SecretEraser(dataKeys, sealer);
  const shared = await SharedRows.open(parts, { folds: ['credentials'], storing: (events) => eraser.seen(events) });
  await shared.start();
  const longTerm = longTermAnswers({ keys: derived, reached, holds: (position) => local.holds(position) });
  const stops = [
    await bus.respond(keysPrefix, async (subject, asked: LongTermAsked) =>
      subject === `${keysPrefix}.Platform` ? { accountId } : longTerm(asked),
    ),
    await respondFor('credentials', parts, shared, { sealer }),
  ];
  return {
    checks: (head) => followingChecks([...shared.projectors, ...local.projectors], head),
    keepers: [shared.keeper, local.keeper],
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
      await shared.close();
      await local.close();
    },
  };
}
