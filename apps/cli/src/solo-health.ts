import type { Check, Configuration, HealthStatus } from '@muniment/nest';
import { exitCodes, Failure } from './failure.js';

/** How one process stands, over NATS or HTTP. */
export interface Standing {
  readonly service: string;
  readonly replica: string;
  readonly state: HealthStatus;
  readonly checks: readonly Check[];
}

const answerMilliseconds = 5000;

/** A server that listens on every address listens on this one too. */
const everyAddress: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

function urlOf({ host, port }: Configuration): string {
  const address = everyAddress[host] ?? host;
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

interface Readiness {
  readonly status: HealthStatus;
  readonly checks: Readonly<Record<string, { readonly ok: boolean }>>;
}

/** Asks the server that these settings would start. */
export async function askServer(configuration: Configuration): Promise<Standing> {
  const url = urlOf(configuration);
  const { status, checks } = await readiness(url);
  const listed = Object.entries(checks).map(([name, { ok, ...detail }]) => ({ name, ok, detail }));
  // Only a gateway has a spool: the others of its kind are found by the bus alone.
  return { service: 'spool' in checks ? 'gateway' : 'solo', replica: '', state: status, checks: listed };
}

async function readiness(url: string): Promise<Readiness> {
  let text: string;
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(answerMilliseconds) });
    text = await answer.text();
  } catch (error) {
    const { cause = error } = error as Error;
    throw new Failure(`no server answers at \`${url}\`: ${(cause as Error).message}`, exitCodes.unwell);
  }
  try {
    const read = JSON.parse(text) as Readiness;
    if (typeof read.status === 'string' && typeof read.checks === 'object') return read;
  } catch {
    // Not even JSON: the same.
  }
  throw new Failure(`what answers at \`${url}\` is not muniment`, exitCodes.unwell);
}
