import { afterEach, expect, test } from '@jest/globals';
import {
  parkedStreams,
  type ProjectionId,
  ReadModelsUnavailable,
  type Rows,
  RowsOf,
  SharedProjector,
} from '@muniment/runtime';
import { eventually } from '@muniment/testing';
import { FaultyLog, FaultyReadModels, Leases } from './faults.testing.js';
import { id, projection, taken } from './histories.testing.js';
import { entries } from './ledger.js';

const account = '111111111111';
const stream = `ledger-${account}`;

/** Whoever looks at the rows anew is held up between the checkpoint and what follows. */
class SlowToLookAt extends FaultyReadModels {
  held: Promise<void> | undefined;
  looking = false;

  override rows(projectionId: ProjectionId): Rows {
    const rows = super.rows(projectionId);
    const list: Rows['list'] = async (model, owner, page) => {
      if ((model as unknown) === parkedStreams && this.held) {
        this.looking = true;
        await this.held;
      }
      return rows.list(model, owner, page);
    };
    return Object.assign(Object.create(rows) as Rows, {
      list,
      find: rows.find.bind(rows),
      findById: rows.findById.bind(rows),
    });
  }
}

const started: SharedProjector[] = [];
afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
});

test.each(['folds', 'watches'] as const)(
  'rows that are lost behind an answer under way: the process that %s says nothing of them (R8)',
  async (role) => {
    const log = new FaultyLog();
    const readModels = new SlowToLookAt();
    const leases = new Leases();
    const process = async (name: string): Promise<SharedProjector> => {
      const projector = new SharedProjector(projection, log, readModels.sharedBy(name, leases), {
        renewMilliseconds: 50,
      });
      started.push(projector);
      await projector.start();
      return projector;
    };
    const all = { folds: await process('one'), watches: await process('two') };
    const projector = all[role];
    expect(projector.role).toBe(role);
    const rows = new RowsOf(readModels, [projection]);
    rows.keptBy([projector]);
    const find = async () => rows.of(entries as never).find(entries, account, 'a');

    await log.append(stream, -1, [taken('a')]);
    expect(await projector.reached(1, 1000)).toBe(true);
    expect(await find()).toMatchObject({ name: 'a' });

    // From here on no question is let in that was not let in before: such a one goes on reading.
    let goOn: () => void = () => undefined;
    readModels.held = new Promise((resolve) => {
      goOn = resolve;
    });
    await readModels.clear(id);
    await eventually(() => expect([readModels.looking, projector.behind]).toEqual([true, true]), 5000);
    await expect(find()).rejects.toThrow(ReadModelsUnavailable);
    expect(projector.floor).toBeGreaterThan(projector.position);

    readModels.held = undefined;
    goOn();
    expect(await projector.reached(1, 5000)).toBe(true);
    expect(await find()).toMatchObject({ name: 'a' });
  },
);
