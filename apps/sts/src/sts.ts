import { DerivedKeys, type SessionAsked, sessionAnswers, sessionsPrefix } from '@muniment/gateway';
import { promptProjections } from '@muniment/hosting';
import {
  followingChecks,
  LocalRows,
  type MadeOfRows,
  type Parts,
  respondFor,
  type Serving,
  sharedRootKey,
} from '@muniment/hosting/services';
import { EnvelopeSealer, type Keys, randomIds, sourcesFor } from '@muniment/runtime';

/** Sessions are sealed under a key of the platform's own: no subject's data key is needed, and none is to be had. */
const noDataKeys: Keys = {
  get: () => undefined,
  add: () => Promise.reject(new Error('the sts service keeps no data keys')),
  put: () => Promise.reject(new Error('the sts service keeps no data keys')),
  remove: () => Promise.reject(new Error('the sts service keeps no data keys')),
};

/** Issues and opens sessions from rows of its own: it goes on without the log and without Redis. */
export async function serveSts(parts: Parts): Promise<Serving> {
  const { bus, configuration } = parts;
  const sealer = new EnvelopeSealer(sharedRootKey(configuration), noDataKeys);
  const made: MadeOfRows = { changed: (changes) => keys.changed(changes), lost: () => keys.lost() };
  const local = await LocalRows.open(parts, promptProjections, made);
  const from = sourcesFor({ rows: local.rows, sealer, ids: randomIds }, '');
  const { partition } = configuration;
  const keys = new DerivedKeys({ from, sealer, partition, caughtUp: () => local.caughtUp() });
  await local.start();
  const reached = (position: number) => local.reached(position);
  const open = sessionAnswers({ keys, reached, holds: (position) => local.holds(position) });
  const stops = [
    await bus.respond(sessionsPrefix, (_, asked: SessionAsked) => open(asked)),
    await respondFor(
      'sts',
      parts,
      { readModels: local.readModels, rows: local.rows, prompt: local.prompt },
      { sealer },
    ),
  ];
  return {
    checks: (head) => followingChecks(local.projectors, head),
    keepers: [local.keeper],
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
      await local.close();
    },
  };
}
