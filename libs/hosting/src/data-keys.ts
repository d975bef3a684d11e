import { dataKeys, type Keys, LogKeys, type Projection, randomIds, systemClock } from '@muniment/runtime';
import type { LocalRows } from './local-rows.js';
import type { Parts } from './parts.js';

/** What a replica that opens secrets folds beside its other rows: nothing when the log keeps the keys itself. */
export const dataKeyProjections = ({ keysOfLog }: Parts): readonly Projection[] =>
  keysOfLog === undefined ? [dataKeys as unknown as Projection] : [];

/** Wrapped data keys: the log's own, or a copy of this replica's of what the log says of them. */
export function dataKeysOf({ keysOfLog, log }: Parts, { readModels, projectors }: LocalRows): Keys {
  if (keysOfLog !== undefined) return keysOfLog;
  const following = projectors.find(({ projection }) => projection.name === dataKeys.name);
  return new LogKeys({
    log,
    rows: readModels.rows({ name: dataKeys.name, version: dataKeys.version }),
    reached: async (position) => following?.reached(position, 2000),
    ids: randomIds,
    now: () => systemClock.now(),
  });
}
