import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NatsBus, openNats } from '@muniment/bus-nats';
import type { Caller } from '@muniment/kernel';
import { BusAuthorizer } from '@muniment/runtime';
import { loadAsking } from '../../driver/bus-load.js';
import { signedJsonCall, tokenCall } from '../../driver/json-call.js';
import type { Target } from '../../driver/lane.js';
import { repeat } from '../../driver/load.js';
import type { Options } from '../../options.js';
import type { Account, Installation } from '../../server/installation.js';
import { startListening } from '../../server/listening-process.js';
import type { Platform } from '../../server/platform.js';
import { withInstallation, withPlatform } from '../../server/running.js';
import { type Figures, inRounds, underLoad } from '../../server/under-load.js';
import type { Row, Table } from '../../table.js';
import type { Bench } from '../bench.js';
import { type Clerk, makeClerk, orderArn } from './clerk.js';

const token = randomBytes(24).toString('hex');
const inBatch = 100;
const differentRequests = 500;

const columns: Table['columns'] = [
  { key: 'way', heading: 'asked' },
  { key: 'lanes', heading: 'lanes' },
  { key: 'rate', heading: 'decisions/s' },
  { key: 'p50', heading: 'p50 ms', decimals: 2 },
  { key: 'p99', heading: 'p99 ms', decimals: 2 },
  { key: 'errors', heading: 'errors' },
  { key: 'decisions', heading: 'decisions service µs/decision', decimals: 1 },
  { key: 'sum', heading: 'services + NATS', decimals: 1 },
  { key: 'accept', heading: 'accept' },
  { key: 'verdict', heading: 'verdict' },
];

/** What is measured, and with what. */
interface Setup {
  readonly gateway: Platform;
  /** What is asked, and what that costs. */
  readonly platform: Pick<Platform, 'targets' | 'usage' | 'settled' | 'answering'>;
  /** How to get into the bus. */
  readonly engines: Readonly<Record<string, string>>;
  readonly root: Account['root'];
  readonly bus: NatsBus;
  readonly clerk: Clerk;
  readonly options: Options;
}

interface Way {
  readonly way: string;
  readonly lanes: number;
  /** Decisions that one request asks for. */
  readonly size: number;
  /** Each question of a batch says everything. */
  readonly apart?: true;
  /** CPU microseconds of the decisions service that a decision may cost. */
  readonly accept?: number;
  readonly measure: (setup: Setup, way: Way) => Promise<Figures>;
}

const questionOf = ({ account, arn }: Clerk, index: number) => ({
  Principal: arn,
  Actions: ['orders:GetOrder'],
  Resources: [orderArn(account, index)],
  Context: { 'orders:Channel': { String: 'web' }, 'aws:SourceIp': { String: '127.0.0.1' } },
});

/** A batch says once what is the same in all its questions, or each says everything. */
function inputOf(clerk: Clerk, { size, apart }: Way, index: number): object {
  if (size === 1) return questionOf(clerk, index);
  const questions = Array.from({ length: size }, (_, of) => questionOf(clerk, index + of));
  if (apart) return { Questions: questions };
  const { Principal, Context } = questionOf(clerk, index);
  return { Principal, Context, Questions: questions.map(({ Actions, Resources }) => ({ Actions, Resources })) };
}

const inputs = ({ clerk }: Setup, way: Way): readonly object[] =>
  Array.from({ length: differentRequests }, (_, index) => inputOf(clerk, way, index));

const operationOf = ({ size }: Way): string => (size === 1 ? 'IsAuthorized' : 'BatchIsAuthorized');

const isAllowed = (answer: unknown): boolean => !JSON.stringify(answer).includes('"DENY"');

/** One question after another, by as many as there are lanes. */
function asking(
  { platform, options }: Setup,
  { lanes }: Way,
  question: (index: number) => Promise<unknown>,
  granted: (answer: unknown) => boolean,
): Promise<Figures> {
  let index = 0;
  const ask = async () => {
    const answer = await question(index++ % differentRequests);
    return granted(answer) ? undefined : JSON.stringify(answer);
  };
  return inRounds(platform, options.rounds, () => () => loadAsking(lanes, ask, options.seconds));
}

/** As Muniment's other services ask when somebody calls them. */
function asServices(setup: Setup, way: Way): Promise<Figures> {
  const { account, ...user } = setup.clerk;
  const caller: Caller = {
    account,
    principal: { type: 'User', account, ...user },
    accessKeyId: 'AKIABENCH00000000000',
    sourceIp: '127.0.0.1',
    userAgent: 'aws-sdk-js/3',
    secureTransport: false,
    region: 'us-east-1',
  };
  const questions = Array.from({ length: differentRequests }, (_, index) => [
    { action: 'orders:GetOrder', resource: orderArn(account, index), context: { 'orders:Channel': 'web' } },
  ]);
  const authorizer = new BusAuthorizer(setup.bus);
  return asking(
    setup,
    way,
    (index) => authorizer.authorize(caller, questions[index] ?? [], new Date()),
    (answer) => Boolean((answer as { allowed?: boolean }).allowed),
  );
}

/** As services of one's own ask on the bus. */
function overNats(setup: Setup, way: Way, prefix = 'muniment.inquiries'): Promise<Figures> {
  const questions = inputs(setup, way);
  const subject = `${prefix}.${operationOf(way)}`;
  return asking(setup, way, (index) => setup.bus.request(subject, questions[index]), isAllowed);
}

/** With a token, at the decisions service's own port. */
function overHttp(setup: Setup, way: Way): Promise<Figures> {
  const { platform, options } = setup;
  const target = targetOf(platform.answering[0] ?? '');
  const requests = inputs(setup, way).map((input) => tokenCall(operationOf(way), input, token, target));
  const served = {
    targets: [target],
    usage: () => platform.usage(),
    settled: () => platform.settled(),
  };
  return underLoad(served, { ...options, lanes: way.lanes, requests: () => repeat(requests) });
}

const program = fileURLToPath(new URL('../../server/bare.js', import.meta.url));

/** The cost of a process that only answers, with the library that the decisions service uses, stands in its place. */
async function beside(kind: 'http' | 'nats', setup: Setup, measure: (setup: Setup) => Promise<Figures>) {
  const bare = await startListening(`the bare ${kind} server`, [program, kind], setup.engines);
  const usage = () => ({ decisions: bare.cpu, sum: bare.cpu });
  const platform = { targets: [], usage, settled: async () => {}, answering: [bare.url] };
  try {
    return await measure({ ...setup, platform });
  } finally {
    await bare.stop();
  }
}

/** Signed, by way of the gateway, with a call record of each call. */
function overGateway(setup: Setup, way: Way): Promise<Figures> {
  const { gateway, options, root } = setup;
  const [target] = gateway.targets as readonly [Target];
  const requests = () =>
    repeat(inputs(setup, way).map((input) => signedJsonCall(operationOf(way), input, root, target)));
  return underLoad(gateway, { ...options, lanes: way.lanes, requests });
}

const targetOf = (url: string): Target => {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port) };
};

const ways: readonly Way[] = [
  { way: 'NATS, Authorize, by other services', lanes: 256, size: 1, accept: 12, measure: asServices },
  { way: 'NATS, IsAuthorized', lanes: 256, size: 1, accept: 12, measure: (setup, way) => overNats(setup, way) },
  {
    way: 'a bare NATS client that answers IsAuthorized with one text',
    lanes: 256,
    size: 1,
    measure: (setup, way) => beside('nats', setup, (bare) => overNats(bare, way, 'bare')),
  },
  {
    way: `NATS, BatchIsAuthorized of ${inBatch}`,
    lanes: 8,
    size: inBatch,
    accept: 5,
    measure: (setup, way) => overNats(setup, way),
  },
  {
    way: `NATS, BatchIsAuthorized of ${inBatch}, nothing in common`,
    lanes: 8,
    size: inBatch,
    apart: true,
    accept: 5,
    measure: (setup, way) => overNats(setup, way),
  },
  { way: 'HTTP with a token, IsAuthorized', lanes: 64, size: 1, accept: 45, measure: overHttp },
  {
    way: 'a bare node:http server that answers IsAuthorized with one text',
    lanes: 64,
    size: 1,
    measure: (setup, way) => beside('http', setup, (bare) => overHttp(bare, way)),
  },
  { way: `HTTP with a token, BatchIsAuthorized of ${inBatch}`, lanes: 8, size: inBatch, accept: 5, measure: overHttp },
  { way: 'gateway, signed and recorded, IsAuthorized', lanes: 8, size: 1, measure: overGateway },
  {
    way: `gateway, signed and recorded, BatchIsAuthorized of ${inBatch}`,
    lanes: 4,
    size: inBatch,
    measure: overGateway,
  },
];

/** Those whose description has one of the words that the options ask for. */
const chosen = ({ operations }: Options): readonly Way[] =>
  ways.filter(({ way }) => operations.length === 0 || operations.some((word) => way.includes(word)));

function rowOf({ way, lanes, size, accept }: Way, { cpu, rate, ...figures }: Figures): Row {
  const decisions = (cpu['decisions'] ?? 0) / size;
  const verdict = figures.errors > 0 || (accept !== undefined && decisions > accept) ? 'missed' : 'accepted';
  return {
    way,
    lanes,
    ...figures,
    rate: rate * size,
    decisions,
    sum: (cpu['sum'] ?? 0) / size,
    accept,
    verdict: accept === undefined && figures.errors === 0 ? '' : verdict,
  };
}

/** The launcher has started NATS and written down how to get in. */
const enginesOf = ({ path }: Installation): Record<string, string> =>
  JSON.parse(readFileSync(join(path, 'operator.json'), 'utf8')) as Record<string, string>;

const openBus = (engines: Readonly<Record<string, string>>): Promise<NatsBus> =>
  openNats({
    url: engines['MUNIMENT_NATS_URL'] as string,
    user: engines['MUNIMENT_NATS_USER'] as string,
    password: engines['MUNIMENT_NATS_PASSWORD'] as string,
    name: 'bench',
  });

async function run(options: Options): Promise<readonly Table[]> {
  return withInstallation(1, (installation) => {
    const settings = { MUNIMENT_DECISIONS_PORT: '0', MUNIMENT_DECISIONS_TOKEN: token, MUNIMENT_DECISIONS_BUS: 'true' };
    return withPlatform(installation, { ...options, settings }, async (platform) => {
      const [account] = installation.accounts as readonly [Account];
      const clerk = await makeClerk(platform.targets[0] as Target, account);
      const engines = enginesOf(installation);
      const bus = await openBus(engines);
      const setup: Setup = { gateway: platform, platform, engines, root: account.root, bus, clerk, options };
      const rows: Row[] = [];
      try {
        for (const way of chosen(options)) rows.push(rowOf(way, await way.measure(setup, way)));
      } finally {
        await bus.close();
      }
      const notes = rows.flatMap(({ way, firstError }) => (firstError === undefined ? [] : [`${way}: ${firstError}`]));
      const title = `decisions-service: may a user with policies read an order; median of ${options.rounds} rounds of ${options.seconds} s`;
      return [{ title, columns, rows, notes }];
    });
  });
}

/** What a decision costs whoever asks the decisions service for it. */
export const decisionsService: Bench = { name: 'decisions-service', run };
