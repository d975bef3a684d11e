import { Lane, type Target } from '../driver/lane.js';
import { load, median, percentile, type Requests, type Round } from '../driver/load.js';

/** What answers requests, in one process or in many. */
export interface Served {
  /** Its doors; connections are spread over them. */
  readonly targets: readonly Target[];
  /** CPU microseconds so far by part, such as `server`, or each service by its name. */
  usage(): Readonly<Record<string, number>>;
  /** Resolves when what answers have left to be done is done, too. */
  settled(): Promise<void>;
}

export interface LoadPlan {
  readonly lanes: number;
  /** Rounds whose median counts, after one to warm up. */
  readonly rounds: number;
  readonly seconds: number;
  /** The requests of a round: signed before it, outside its time. Round 0 warms up. */
  readonly requests: (round: number) => Requests;
}

/** Medians over the rounds; CPU time in microseconds per request, of the server's parts and of the driver itself. */
export interface Figures {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
  readonly firstError: string | undefined;
  readonly cpu: Readonly<Record<string, number>>;
  readonly driverCpu: number;
}

interface Measured {
  readonly round: Round;
  readonly cpu: Readonly<Record<string, number>>;
  readonly driverCpu: number;
}

/** Puts a server under load, round after round, on the same connections. */
export async function underLoad(server: Served, { lanes, rounds, seconds, requests }: LoadPlan): Promise<Figures> {
  const { targets } = server;
  const doors = Array.from({ length: lanes }, (_, index) => targets[index % targets.length] as Target);
  const opened = await Promise.all(doors.map((target) => Lane.open(target)));
  try {
    return await inRounds(server, rounds, (round) => {
      const next = requests(round);
      return () => load(opened, next, seconds);
    });
  } finally {
    for (const lane of opened) lane.close();
  }
}

/** Medians of the rounds after the first, which warms up. What a round needs is made before its time begins. */
export async function inRounds(
  server: Served,
  rounds: number,
  prepared: (round: number) => () => Promise<Round>,
): Promise<Figures> {
  await prepared(0)();
  const measured: Measured[] = [];
  for (let round = 1; round <= rounds; round++) measured.push(await oneRound(server, prepared(round)));
  return figuresOf(measured);
}

async function oneRound(server: Served, run: () => Promise<Round>): Promise<Measured> {
  await server.settled();
  const driverBefore = process.cpuUsage();
  const before = server.usage();
  const round = await run();
  const { user, system } = process.cpuUsage(driverBefore);
  await server.settled();
  const cpu = Object.fromEntries(
    Object.entries(server.usage()).map(([part, now]) => [part, (now - (before[part] ?? 0)) / round.requests]),
  );
  return { round, cpu, driverCpu: (user + system) / round.requests };
}

function figuresOf(measured: readonly Measured[]): Figures {
  const middle = (figure: (each: Measured) => number) => median(measured.map(figure));
  const parts = Object.keys(measured[0]?.cpu ?? {});
  return {
    rate: middle(({ round }) => round.requests / round.seconds),
    p50: middle(({ round }) => percentile(round.latencies, 0.5)),
    p99: middle(({ round }) => percentile(round.latencies, 0.99)),
    errors: measured.reduce((sum, { round }) => sum + round.errors, 0),
    firstError: measured.find(({ round }) => round.firstError !== undefined)?.round.firstError,
    cpu: Object.fromEntries(parts.map((part) => [part, middle(({ cpu }) => cpu[part] ?? 0)])),
    driverCpu: middle(({ driverCpu }) => driverCpu),
  };
}
