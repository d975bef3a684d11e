import { readFileSync } from 'node:fs';

/** Linux counts in these for every program, whatever the kernel's own clock. */
const ticksPerSecond = 100;

/** CPU time of a process so far, all threads, user and system, in microseconds. */
export function cpuMicroseconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The program's name, in parentheses, may hold anything.
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return (((user ?? 0) + (system ?? 0)) / ticksPerSecond) * 1_000_000;
}

/** Memory of a process in megabytes: resident, the part of it that is no file, and the most there ever was. */
export interface Memory {
  readonly resident: number;
  readonly anonymous: number;
  readonly peak: number;
}

export function memoryOf(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
  return { resident: megabytes('VmRSS'), anonymous: megabytes('RssAnon'), peak: megabytes('VmHWM') };
}
