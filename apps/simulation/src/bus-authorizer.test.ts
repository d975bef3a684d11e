import { beforeEach, describe, expect, test } from '@jest/globals';
import { InProcessBus } from '@muniment/bus-inprocess';
import type { Caller } from '@muniment/kernel';
import {
  type Authorization,
  authorizationAnswers,
  type Bus,
  BusAuthorizer,
  BusUnavailable,
  decisionsPrefix,
  MessageTooLarge,
  type Question,
  requestPersistently,
  type Verdict,
} from '@muniment/runtime';

const caller = {} as Caller;
let bus: InProcessBus;

beforeEach(() => {
  bus = new InProcessBus();
});

/** A decisions service that answers so. */
function decides(answers: ReturnType<typeof authorizationAnswers>): Promise<() => Promise<void>> {
  return bus.respond(decisionsPrefix, (subject, asked: never) =>
    (answers[subject.slice(decisionsPrefix.length + 1) as keyof typeof answers] as (asked: never) => Promise<unknown>)(
      asked,
    ),
  );
}

const asking = () => new BusAuthorizer(bus).authorize(caller, [], new Date(0), 7);

test.each([{ allowed: true }, { allowed: false, message: 'no' }])(
  'a verdict is what was decided: %j',
  async (verdict) => {
    const asked: number[] = [];
    const reached = (position: number) => asked.push(position) > 0;
    const answer = authorizationAnswers({ authorize: () => verdict as { allowed: true } }, reached);
    await decides(answer);
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
  await decides(answer);
  await expect(asking()).rejects.toThrow(why);
});

test('of several replicas the one that knows everything decides, also when others only have their last state', async () => {
  const old = authorizationAnswers(
    { authorize: () => ({ allowed: true }) },
    () => true,
    () => false,
  );
  const current = authorizationAnswers({ authorize: () => ({ allowed: false, message: 'no' }) }, () => true);
  await decides(old);
  await decides(current);
  for (let time = 0; time < 4; time++) expect(await asking()).toMatchObject({ allowed: false });
});

test('the last state decides when no replica has another', async () => {
  const old = authorizationAnswers(
    { authorize: () => ({ allowed: true }) },
    () => true,
    () => false,
  );
  await decides(old);
  expect(await asking()).toMatchObject({ allowed: true });
});

describe('questions that come up at the same time', () => {
  const names = ['ann', 'bob', 'cid', 'dan'];
  const about = (action: string) => [{ action, resource: '*' }];
  const judge = {
    authorize: (_: Caller, [question]: readonly Question[]): Verdict =>
      question?.action === 'bob' ? { allowed: false, message: 'not bob' } : { allowed: true },
  };
  const verdicts = [{ allowed: true }, { allowed: false, message: 'not bob' }, { allowed: true }, { allowed: true }];
  const askFor = (authorizer: BusAuthorizer, positions: readonly number[] = []) =>
    Promise.all(names.map((name, index) => authorizer.authorize(caller, about(name), new Date(0), positions[index])));
  let subjects: string[];
  const counted = (): Pick<Bus, 'request'> => {
    subjects = [];
    return {
      request: (subject, question, options) => {
        subjects.push(subject.slice(decisionsPrefix.length + 1));
        return bus.request(subject, question, options);
      },
    };
  };

  test('go out in one message, and each gets its own answer', async () => {
    await decides(authorizationAnswers(judge, () => true));
    expect(await askFor(new BusAuthorizer(counted()))).toEqual(verdicts);
    expect(subjects).toEqual(['AuthorizeAll']);
  });

  test('are a few messages when they are many', async () => {
    await decides(authorizationAnswers(judge, () => true));
    const authorizer = new BusAuthorizer(counted());
    const all = await Promise.all(Array.from({ length: 20 }, () => askFor(authorizer)));
    expect(all).toEqual(Array(20).fill(verdicts));
    expect(subjects).toEqual(Array(3).fill('AuthorizeAll'));
  });

  test('do not wait for those among them whose position is not known yet', async () => {
    let known = 5;
    let arrive = () => {};
    const arrived = new Promise<boolean>((resolve) => {
      arrive = () => {
        known = 9;
        resolve(true);
      };
    });
    const holds = (position: number) => position <= known;
    await decides(authorizationAnswers(judge, (position) => holds(position) || arrived, holds));
    const done: string[] = [];
    const authorizer = new BusAuthorizer(counted());
    const asked = names.map(async (name, index) => {
      const verdict = await authorizer.authorize(caller, about(name), new Date(0), [1, 9, 9, 5][index]);
      done.push(name);
      return verdict;
    });
    await Promise.all([asked[0], asked[3]]);
    expect(done.sort()).toEqual(['ann', 'dan']);
    arrive();
    expect(await Promise.all(asked)).toEqual(verdicts);
    expect(subjects).toEqual(['AuthorizeAll', 'AuthorizeAll']);
  });

  test.each([
    ['fails', () => Promise.reject(new TypeError('what is all that?'))],
    ['says something else', async () => ({ ok: false, fault: { code: 'InvalidAction' } })],
  ])('are asked one by one of a service of an earlier version, which %s', async (_, answer) => {
    const { Authorize } = authorizationAnswers(judge, () => true);
    await bus.respond<Authorization, unknown>(decisionsPrefix, (subject, asked) =>
      subject.endsWith('.Authorize') ? Authorize(asked) : answer(),
    );
    expect(await askFor(new BusAuthorizer(counted()))).toEqual(verdicts);
    expect(subjects).toEqual(['AuthorizeAll', ...names.map(() => 'Authorize')]);
  });

  test('are asked one by one when they are too large together', async () => {
    await decides(authorizationAnswers(judge, () => true));
    const narrow: Pick<Bus, 'request'> = {
      request: async (subject, question, options) => {
        if (subject.endsWith('All')) throw new MessageTooLarge(subject, 'a question');
        return bus.request(subject, question, options);
      },
    };
    expect(await askFor(new BusAuthorizer(narrow))).toEqual(verdicts);
  });

  test('have nothing to do with one of them that cannot be decided', async () => {
    const authorize: typeof judge.authorize = (of, questions) => {
      if (questions[0]?.action === 'cid') throw new Error('a bug');
      return judge.authorize(of, questions);
    };
    await decides(authorizationAnswers({ authorize }, () => true));
    const authorizer = new BusAuthorizer(counted());
    const settled = await Promise.allSettled(
      names.map((name) => authorizer.authorize(caller, about(name), new Date(0), 0)),
    );
    expect(settled.map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason)))).toEqual([
      ...verdicts.slice(0, 2),
      'BusUnavailable: no answer on `muniment.decisions.AuthorizeAll`: it could not decide: a bug',
      ...verdicts.slice(3),
    ]);
  });

  test.each([
    [[]],
    [[{ allowed: true }]],
    [Array(5).fill({ allowed: true })],
    [undefined],
    ['all'],
    [Array(4).fill({})],
  ])('are let in by none of these answers to all: %j', async (answers) => {
    await bus.respond(decisionsPrefix, async (subject) =>
      subject.endsWith('All') ? { answers } : { unavailable: 'not one by one either' },
    );
    const authorizer = new BusAuthorizer(bus);
    const settled = await Promise.allSettled(
      names.map((name) => authorizer.authorize(caller, about(name), new Date(0))),
    );
    expect(settled.map(({ status }) => status)).toEqual(Array(4).fill('rejected'));
  });
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
