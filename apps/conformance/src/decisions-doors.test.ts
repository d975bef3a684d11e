/** Decisions without a signature, as somebody's own service asks for them: what each way in answers, and to whom. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { needsServer } from '@muniment/testing';
import { repository } from './harness/build.js';
import { clientsFor, document, statement } from './harness/clients.js';
import { type DecisionsDoor, HttpDoor, NatsDoor, SharedBus } from './harness/decisions-doors.testing.js';
import { isDistributed } from './harness/distributed.js';
import { examplesIn } from './harness/documentation.js';
import { run } from './harness/programs.js';
import { jsonCall, type RawAnswer, send, sign } from './harness/raw.js';
import type { Server } from './harness/server.js';
import { ownServer } from './harness/target.js';

const overNats = isDistributed();
if (overNats) needsServer('nats');
jest.setTimeout(120_000);

const token = randomBytes(24).toString('hex');
const longest = 64 * 1024;

let bus: SharedBus | undefined;
let server: Server;
let http: HttpDoor;
let nats: NatsDoor;

beforeAll(async () => {
  bus = overNats ? await SharedBus.start() : undefined;
  const settings = {
    MUNIMENT_DECISIONS_PORT: '0',
    MUNIMENT_DECISIONS_TOKEN: token,
    MUNIMENT_MAX_BODY_BYTES: String(longest),
    ...(bus && { ...bus.settings, MUNIMENT_DECISIONS_BUS: 'true' }),
  };
  server = await ownServer({ settings });
  http = new HttpDoor(/ answers questions at (\S+)/.exec(server.output)?.[1] ?? '', token);
  if (bus) nats = new NatsDoor(await bus.connect());
  const { iam } = clientsFor(server.url, server.root);
  await iam.createUser({ UserName: 'ann' });
  const PolicyDocument = document(
    { Sid: 'ReadWeb', ...statement('Allow', 'orders:Get*'), Condition: { StringEquals: { 'orders:Channel': 'web' } } },
    { Sid: 'NeverAsAnybody', ...statement('Deny', 'orders:PlaceOrder') },
  );
  await iam.putUserPolicy({ UserName: 'ann', PolicyName: 'orders', PolicyDocument });
  const position = await register(examplesIn('services.md', 'json')[0] ?? '');
  await http.ask('IsAuthorized', JSON.stringify(question()), position);
});
afterAll(async () => {
  await server?.dispose();
  await bus?.stop();
});

/** Resolves with the position of the change. */
async function register(Definition: string): Promise<string> {
  const call = jsonCall('x', { Definition });
  const headers = { ...call.headers, 'X-Amz-Target': 'Muniment_20261122.RegisterService' };
  const made = await send(server.url, sign(server.url, { ...call, headers }, server.root, { service: 'muniment' }));
  if (made.status !== 200) throw new Error(made.body);
  return String(made.headers['x-muniment-position']);
}

const ann = () => `arn:aws:iam::${server.accountId}:user/ann`;
const question = (more: object = {}) => ({
  Principal: ann(),
  Actions: ['orders:GetOrder'],
  Resources: [`arn:aws:orders:eu-west-1:${server.accountId}:order/17`],
  Context: { 'orders:Channel': { String: 'web' } },
  ...more,
});
const seen = ({ status, body }: RawAnswer) => [status, JSON.parse(body) as unknown];

const allowed = {
  Decision: 'ALLOW',
  Explicit: false,
  DeterminingStatements: [{ PolicyId: 'orders', PolicyType: 'IDENTITY_BASED_POLICY', Index: 0, Sid: 'ReadWeb' }],
};
const denied = { Decision: 'DENY', Explicit: false, DeterminingStatements: [] };

const overHttp: [string, () => DecisionsDoor] = ['HTTP', () => http];
const doors = overNats ? [overHttp, ['NATS', () => nats] satisfies typeof overHttp] : [overHttp];

describe.each(doors)('over %s', (name, door) => {
  const ask = (asked: unknown, operation = 'IsAuthorized', position?: string) =>
    door().ask(operation, JSON.stringify(asked), position);
  const refused = (code: string, message: unknown = expect.any(String)) => ({ __type: code, message });

  test('whoever may is allowed, with the statements that say so', async () => {
    expect(await ask(question())).toEqual(allowed);
  });

  test('whoever may not is denied, with the kind of policy', async () => {
    const shop = { Context: { 'orders:Channel': { String: 'shop' } } };
    expect(await ask(question(shop))).toMatchObject({ ...denied, DeniedBy: 'IDENTITY_BASED_POLICY' });
    expect(await ask(question({ Actions: ['orders:PlaceOrder'], Context: {} }))).toMatchObject({
      Decision: 'DENY',
      Explicit: true,
      DeterminingStatements: [expect.objectContaining({ Sid: 'NeverAsAnybody' })],
    });
  });

  test('whoever is not there is an error', async () => {
    for (const Principal of [`${ann()}e`, 'arn:aws:iam::777777777777:user/ann'])
      expect(await ask(question({ Principal }))).toEqual(
        refused('UnknownPrincipalException', `there is no principal \`${Principal}\``),
      );
  });

  test.each<[string, string, unknown?]>([
    ['SerializationException', '[]'],
    ['SerializationException', 'null'],
    ['SerializationException', '"text"'],
    ['SerializationException', '{"Actions":"orders:GetOrder"}'],
    ['ValidationException', '{}'],
    ['ValidationException', '{"Actions":[]}'],
    ['ValidationException', '{"Actions":["a:A","a:A","a:A","a:A","a:A","a:A","a:A","a:A","a:A","a:A","a:A"]}'],
    ['InvalidQuestionException', '{"Actions":["orders:ListOrders"]}'],
    ['InvalidQuestionException', '{"Actions":["orders:ListOrders"],"Principal":null}'],
  ])('%s is what %s gets', async (code, text) => {
    expect(await door().ask('IsAuthorized', text)).toEqual(refused(code));
  });

  test('a registered service is taken at its word', async () => {
    expect(await ask(question({ Actions: ['orders:Get'] }))).toEqual(
      refused('InvalidQuestionException', 'the service `orders` has no action `orders:Get`'),
    );
  });

  test('an operation that is none is told', async () => {
    for (const operation of ['Authorize', 'isAuthorized', 'constructor', '__proto__'])
      expect(await ask(question(), operation)).toEqual(refused('UnknownOperationException'));
  });

  test('questions of a batch are answered each by itself', async () => {
    const Questions = [question(), question({ Context: {} }), question({ Principal: `${ann()}e` })];
    expect(await ask({ Questions }, 'BatchIsAuthorized')).toEqual({
      Answers: [
        allowed,
        expect.objectContaining({ ...denied, DeniedBy: 'IDENTITY_BASED_POLICY' }),
        { ...denied, Error: { Code: 'UnknownPrincipalException', Message: `there is no principal \`${ann()}e\`` } },
      ],
    });
    expect(await ask({ Questions: Array(100).fill(question()) }, 'BatchIsAuthorized')).toEqual({
      Answers: Array(100).fill(allowed),
    });
  });

  test('what all questions of a batch have in common is said once', async () => {
    const [, example = ''] = examplesIn('decisions-api.md', 'json');
    const batch = JSON.parse(example.replaceAll('111122223333', server.accountId)) as {
      Principal: string;
      Questions: object[];
    };
    expect(await ask({ ...batch, Principal: ann() }, 'BatchIsAuthorized')).toEqual({ Answers: [allowed, allowed] });
    const Context = { 'Orders:channel': { String: 'web' } };
    const Questions = [
      { ...batch.Questions[0], Context },
      { ...batch.Questions[1], Principal: `${ann()}e` },
    ];
    expect(await ask({ ...batch, Principal: ann(), Questions }, 'BatchIsAuthorized')).toEqual({
      Answers: [
        {
          ...denied,
          Error: { Code: 'InvalidQuestionException', Message: 'the condition key `Orders:channel` is given twice' },
        },
        { ...denied, Error: { Code: 'UnknownPrincipalException', Message: `there is no principal \`${ann()}e\`` } },
      ],
    });
  });

  test('a batch is not longer than 100', async () => {
    expect(await ask({ Questions: Array(101).fill({ Actions: ['a:A'] }) }, 'BatchIsAuthorized')).toEqual(
      refused('ValidationException'),
    );
    expect(await ask({ Questions: [] }, 'BatchIsAuthorized')).toEqual(refused('ValidationException'));
  });

  test('an answer knows what the position demands', async () => {
    const prefix = `late-${name.toLowerCase()}`;
    const action = { name: 'Go', accessLevel: 'Write' };
    const position = await register(JSON.stringify({ prefix, actions: [action] }));
    expect(await ask({ Principal: ann(), Actions: [`${prefix}:Come`] }, 'IsAuthorized', position)).toEqual(
      refused('InvalidQuestionException', `the service \`${prefix}\` has no action \`${prefix}:Come\``),
    );
  });

  test('a position that nobody has reached is waited for, and not for ever', async () => {
    const asked = ask(question(), 'IsAuthorized', '999999999999999');
    expect(await asked).toEqual(refused('ServiceUnavailableException', expect.stringContaining('has not caught up')));
  });
});

describe('over HTTP', () => {
  test.each([
    ['no token', ''],
    ['a wrong one', `Bearer ${'0'.repeat(48)}`],
    ['a part of it', `Bearer ${token.slice(0, -1)}`],
    ['more than it', `Bearer ${token}0`],
    ['no scheme', token],
    ['another scheme', `Basic ${token}`],
    ['letters that are no ASCII', `Bearer ${'\u00e9'.repeat(48)}`],
  ])('nothing is told with %s', async (_, Authorization) => {
    const answer = await http.knock(JSON.stringify(question()), { headers: { Authorization } });
    expect(seen(answer)).toMatchObject([401, { message: 'the bearer token is missing or wrong' }]);
    expect(answer.headers).toMatchObject({ 'www-authenticate': 'Bearer', connection: 'close' });
    expect((await http.knock('', { headers: { Authorization }, path: '/nowhere' })).status).toBe(401);
  });

  test.each([
    [404, { path: '/' }],
    [404, { path: '/IsAuthorized/' }],
    [404, { path: '/constructor' }],
    [405, { method: 'GET' }],
    [415, { headers: { 'Content-Type': 'text/plain' } }],
  ])('%i is the answer to %j', async (status, knock) => {
    expect((await http.knock('method' in knock ? '' : JSON.stringify(question()), knock)).status).toBe(status);
  });

  test.each([
    ['half of a question', '{"Actions":'],
    ['nothing', ''],
    ['more brackets than anybody means', '['.repeat(30_000)],
    ['bytes that are no UTF-8', Buffer.from('{"Actions":["orders:Get\xff"]}', 'latin1')],
  ])('what cannot be read is refused: %s', async (_, text) => {
    expect(seen(await http.knock(text))).toEqual([400, expect.objectContaining({ __type: 'SerializationException' })]);
  });

  test('what is too large is refused, announced or not', async () => {
    const body = JSON.stringify(question({ ResourcePolicy: 'x'.repeat(longest) }));
    expect(seen(await http.knock(body))).toMatchObject([413, { message: 'the request is too large' }]);
    const { hostname, port } = new URL(http.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(
      `POST /IsAuthorized HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
        'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const chunk = 'x'.repeat(longest / 2);
    for (let sent = 0; sent < 3; sent++) socket.write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /);
    expect((await http.knock(JSON.stringify(question()))).status).toBe(200);
  });
});

if (overNats)
  describe('over NATS, a service of one’s own', () => {
    const folder = mkdtempSync(join(tmpdir(), 'muniment-doors-'));
    afterAll(() => rmSync(folder, { recursive: true }));

    test('asks as docs/decisions-api.md shows it', async () => {
      const [example = ''] = examplesIn('decisions-api.md', 'js');
      writeFileSync(join(folder, 'ask.mjs'), example);
      symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
      const env = { NATS_URL: bus?.url ?? '', ORDERS_PASSWORD: bus?.password ?? '', ACCOUNT: server.accountId };
      expect(await run(process.execPath, ['ask.mjs'], { env, cwd: folder })).toEqual({
        code: 0,
        stdout: 'ALLOW\n',
        stderr: '',
      });
    });

    test.each([
      ['half of a question', Buffer.from('{"Actions":')],
      ['what is no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
      ['more brackets than anybody means', Buffer.from('['.repeat(30_000))],
      ['a message with attachments that are not there', Buffer.from([1, 0xff, 0, 0, 0])],
    ])('is told that a question cannot be read: %s', async (_, bytes) => {
      expect(await nats.refusal(bytes)).toBe('400');
      expect(await nats.ask('IsAuthorized', JSON.stringify(question()))).toEqual(allowed);
    });

    test('is told that nothing is no question', async () => {
      expect(await nats.ask('IsAuthorized', '')).toMatchObject({ __type: 'SerializationException' });
    });

    test('asks nothing larger than the bus carries', async () => {
      const text = JSON.stringify(question({ ResourcePolicy: 'x'.repeat(8 * 1024 * 1024) }));
      await expect(nats.ask('IsAuthorized', text)).rejects.toThrow(/payload/i);
      const large = JSON.stringify(question({ ResourcePolicy: 'x'.repeat(7 * 1024 * 1024) }));
      expect(await nats.ask('IsAuthorized', large)).toMatchObject({ __type: 'ValidationException' });
    });

    test.each(['muniment.decisions.Authorize', 'muniment.inquiries.deep.IsAuthorized', 'muniment.directory.GetUser'])(
      'may not ask %s',
      async (subject) => {
        const connection = await bus?.connect();
        await expect(connection?.request(subject, '{}', { timeout: 2000 })).rejects.toThrow(/permissions violation/i);
      },
    );

    test('hears nobody else', async () => {
      const connection = await bus?.connect();
      for (const subject of ['muniment.inquiries.*', '_INBOX_gateway.>', '_INBOX.>', '>']) {
        const heard = new Promise<string>((resolve) => {
          connection?.subscribe(subject, { callback: (error, message) => resolve(error?.message ?? message.subject) });
        });
        expect(await heard).toMatch(/permissions violation/i);
      }
    });
  });

describe('a process that is told nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'muniment-doors-'));
  const children: ChildProcess[] = [];
  const program = [
    join(repository, `apps/${overNats ? 'decisions' : 'solo'}/dist/main.js`),
    ...(overNats ? [] : ['start', '--memory']),
  ];
  const environment = (settings: Readonly<Record<string, string>>) => ({
    PATH: process.env['PATH'] ?? '',
    MUNIMENT_PORT: '0',
    MUNIMENT_DATA_DIR: mkdtempSync(join(folder, 'data-')),
    ...settings,
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** What it has written once it is ready. */
  async function started(settings: Readonly<Record<string, string>> = {}): Promise<string> {
    const child = spawn(process.execPath, program, { env: environment(settings), stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    let output = '';
    for await (const line of createInterface({ input: child.stdout })) {
      output += line;
      if (line.includes(' is listening on ')) return output;
    }
    throw new Error(`it does not start: ${output}`);
  }

  /** How a question over NATS ends. */
  async function overBus(settings: Readonly<Record<string, string>>): Promise<string> {
    const quiet = await SharedBus.start();
    try {
      const output = await started({ ...quiet.settings, ...settings });
      if (output.includes('answers questions')) return output;
      const connection = await quiet.connect();
      const asked = connection.request('muniment.inquiries.IsAuthorized', '{}', { timeout: 5000 });
      return await asked.then(
        (answer) => answer.string(),
        ({ message }: Error) => message,
      );
    } finally {
      await quiet.stop();
    }
  }

  if (overNats)
    test('answers nothing over NATS, and questions once it is told to', async () => {
      expect(await overBus({})).toMatch(/no responders/i);
      expect(await overBus({ MUNIMENT_DECISIONS_BUS: 'true' })).toContain('ValidationException');
    });
  else
    test('opens no second port, and one once it is told to', async () => {
      expect(await started()).not.toContain('answers questions');
      expect(await started({ MUNIMENT_DECISIONS_PORT: '0' })).toContain('answers questions at http://127.0.0.1:');
    });

  test.each(['0.0.0.0', '::', '192.0.2.1', 'muniment.example'])(
    'opens no port to others without a token: %s',
    async (host) => {
      const env = environment({ MUNIMENT_DECISIONS_PORT: '0', MUNIMENT_DECISIONS_HOST: host });
      const { code, stderr } = await run(process.execPath, program, { env });
      expect(code).toBe(1);
      expect(stderr).toContain('MUNIMENT_DECISIONS_TOKEN: must be 32 to 512 visible characters');
    },
  );
});
