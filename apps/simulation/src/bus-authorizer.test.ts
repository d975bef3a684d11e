import { beforeEach, expect, test } from '@jest/globals';
import { InProcessBus } from '@muniment/bus-inprocess';
import type { Caller } from '@muniment/kernel';
import {
  type Authorization,
  authorizationAnswers,
  BusAuthorizer,
  BusUnavailable,
  decisionsPrefix,
  requestPersistently,
} from '@muniment/runtime';

const caller = {} as Caller;
let bus: InProcessBus;

beforeEach(() => {
  bus = new InProcessBus();
});

const asking = () => new BusAuthorizer(bus).authorize(caller, [], new Date(0), 7);

test.each([{ allowed: true }, { allowed: false, message: 'no' }])(
  'a verdict is what was decided: %j',
  async (verdict) => {
    const asked: number[] = [];
    const reached = (position: number) => asked.push(position) > 0;
    const answer = authorizationAnswers({ authorize: () => verdict as { allowed: true } }, reached);
    await bus.respond(decisionsPrefix, (_, question: Authorization) => answer(question));
    expect([await asking(), asked]).toEqual([verdict, [7]]);
  },
);

test.each([undefined, null, {}, [], 'allowed', { allowed: 'true' }, { allowed: 1 }, { allowed: undefined }])(
  'an answer that is no verdict lets nobody in: %j',
  async (answer) => {
    await bus.respond(decisionsPrefix, async () => answer);
    await expect(asking()).rejects.toThrow(BusUnavailable);
  },
);

test.each([
  ['its rows are behind', () => ({ allowed: true as const }), false, 'caught up'],
  [
    'it fails',
    () => {
      throw new Error('a bug');
    },
    true,
    'a bug',
  ],
])('a service that cannot decide because %s lets nobody in', async (_, authorize, reached, why) => {
  const answer = authorizationAnswers({ authorize }, () => reached);
  await bus.respond(decisionsPrefix, (__, question: Authorization) => answer(question));
  await expect(asking()).rejects.toThrow(why);
});

test('of several replicas the one that knows everything decides, also when others only have their last state', async () => {
  const old = authorizationAnswers(
    { authorize: () => ({ allowed: true }) },
    () => true,
    () => false,
  );
  const current = authorizationAnswers({ authorize: () => ({ allowed: false, message: 'no' }) }, () => true);
  await bus.respond(decisionsPrefix, (_, question: Authorization) => old(question));
  await bus.respond(decisionsPrefix, (_, question: Authorization) => current(question));
  for (let time = 0; time < 4; time++) expect(await asking()).toMatchObject({ allowed: false });
});

test('the last state decides when no replica has another', async () => {
  const old = authorizationAnswers(
    { authorize: () => ({ allowed: true }) },
    () => true,
    () => false,
  );
  await bus.respond(decisionsPrefix, (_, question: Authorization) => old(question));
  expect(await asking()).toMatchObject({ allowed: true });
});

test('that nobody decides is known before an operation is asked for again', async () => {
  let asked = 0;
  await bus.respond('muniment.directory', async () => {
    asked++;
    return asking().catch(() => 'refused');
  });
  const gateway = { tryMilliseconds: 700, silentMilliseconds: 2400, absentMilliseconds: 800 };
  expect(await requestPersistently(bus, 'muniment.directory.CreateUser', {}, gateway)).toBe('refused');
  expect(asked).toBe(1);
});
