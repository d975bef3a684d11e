import { Lane } from '../driver/lane.js';
import { load, median, percentile, type Requests, type Round } from '../driver/load.js';
import type { ServerProcess } from './server-process.js';

export interface LoadPlan {
  readonly lanes: number;
  /** Rounds whose median counts, after one to warm up. */
  readonly rounds: number;
  readonly seconds: number;
  /** The requests of a round: signed before it, outside its time. Round 0 warms up. */
  readonly requests: (round: number) => Requests;
}

/** Medians over the rounds; CPU time in microseconds per request, of the server and of the driver itself. */
export interface Figures {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
  readonly errors: number;
  readonly firstError: string | undefined;
  readonly cpu: number;
  readonly driverCpu: number;
}

interface Measured {
  readonly round: Round;
  readonly cpu: number;
  readonly driverCpu: number;
}

/** Puts a server under load, round after round, on the same connections. */
export async function underLoad(
  server: ServerProcess,
  { lanes, rounds, seconds, requests }: LoadPlan,
): Promise<Figures> {
  const opened = await Promise.all(Array.from({ length: lanes }, () => Lane.open(server.target)));
  try {
    await load(opened, requests(0), seconds);
    const measured: Measured[] = [];
    for (let round = 1; round <= rounds; round++)
      measured.push(await oneRound(server, opened, requests(round), seconds));
    return figuresOf(measured);
  } finally {
    for (const lane of opened) lane.close();
  }
}

async function oneRound(
  server: ServerProcess,
  lanes: readonly Lane[],
  next: Requests,
  seconds: number,
): Promise<Measured> {
  const driverBefore = process.cpuUsage();
  const before = server.cpu;
  const round = await load(lanes, next, seconds);
  const { user, system } = process.cpuUsage(driverBefore);
  return { round, cpu: (server.cpu - before) / round.requests, driverCpu: (user + system) / round.requests };
}

function figuresOf(measured: readonly Measured[]): Figures {
  const middle = (figure: (each: Measured) => number) => median(measured.map(figure));
  return {
    rate: middle(({ round }) => round.requests / round.seconds),
    p50: middle(({ round }) => percentile(round.latencies, 0.5)),
    p99: middle(({ round }) => percentile(round.latencies, 0.99)),
    errors: measured.reduce((sum, { round }) => sum + round.errors, 0),
    firstError: measured.find(({ round }) => round.firstError !== undefined)?.round.firstError,
    cpu: middle(({ cpu }) => cpu),
    driverCpu: middle(({ driverCpu }) => driverCpu),
  };
}
