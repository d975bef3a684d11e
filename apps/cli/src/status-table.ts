import type { Check } from '@muniment/nest';
import type { FollowingStatus } from '@muniment/runtime';
import type { Standing } from './solo-health.js';
import type { Report } from './status.js';
import { table } from './table.js';

const head = ['SERVICE', 'REPLICA', 'STATE', 'READ MODEL', 'ROLE', 'POSITION', 'LAG', 'NOTE'];
const readModel = /^read model (\S+)/;

/** One block for each replica: a line for each read model, and for whatever else is to be told. */
export function statusTable({ replicas, missing }: Report): string {
  const found = replicas.flatMap(blockOf);
  const absent = missing.map((service) => [service, '', 'missing', '', '', '', '', 'no replica answers']);
  return table(head, [...found, ...absent]);
}

function blockOf({ service, replica, state, checks }: Standing): string[][] {
  const lines = checks.flatMap((check) => lineOf(check) ?? []);
  const [first = ['', '', '', '', ''], ...rest] = lines;
  return [[service, replica, state, ...first], ...rest.map((line) => ['', '', '', ...line])];
}

/** What a check says, from the read model's column on; nothing of the others while they are well. */
function lineOf({ name, ok, detail = {} }: Check): string[][] | undefined {
  const projection = readModel.exec(name)?.[1];
  if (projection !== undefined) return [followingLine(projection, detail as unknown as FollowingStatus)];
  if (name === 'spool') return [['spool', '', '', '', spoolNote(detail)]];
  if (ok) return undefined;
  return [['', '', '', '', [`${name} is not well`, ...Object.values(detail).filter(Boolean).map(text)].join(': ')]];
}

function followingLine(projection: string, status: FollowingStatus): string[] {
  const { role, position, lag, ready, parked, stalledSince, stalledBy, failure } = status;
  const notes = [
    failure !== undefined && `failed: ${failure}`,
    stalledSince !== undefined && `stalled since ${stalledSince}: ${stalledBy}`,
    !ready && failure === undefined && 'being made again',
    parked > 0 && `accounts parked: ${parked}`,
  ];
  return [projection, role, String(position), lag === undefined ? '?' : String(lag), notes.filter(Boolean).join('; ')];
}

function spoolNote({ records, bytes, oldest, failure }: Readonly<Record<string, unknown>>): string {
  const waiting = `${text(records)} call records wait, ${text(bytes)} bytes`;
  return [waiting, oldest && `since ${text(oldest)}`, failure && `failing: ${text(failure)}`]
    .filter(Boolean)
    .join(', ');
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
