import { readdirSync, readFileSync } from 'node:fs';

/** A process that another has started. */
export interface ChildInfo {
  readonly pid: number;
  /** What it runs: a service by its name, an engine by its program's. */
  readonly name: string;
}

/** The processes that a process has started and that still run. */
export function childrenOf(pid: number): readonly ChildInfo[] {
  const ids = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').trim().split(' ').filter(Boolean),
  );
  return ids.map((id) => ({ pid: Number(id), name: programName(readFileSync(`/proc/${id}/cmdline`, 'utf8')) }));
}

/** From a command line, its words apart by zeros; Redis writes spaces into its own. */
export function programName(commandLine: string): string {
  const service = /apps\/([a-z]+)\/dist\/main\.js/.exec(commandLine)?.[1];
  if (service !== undefined) return service;
  const [program = ''] = commandLine.split(/[\0 ]/);
  return program.slice(program.lastIndexOf('/') + 1).replace(/-server$/, '');
}
