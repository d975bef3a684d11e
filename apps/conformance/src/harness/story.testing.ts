import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest } from '@jest/globals';
import { repository } from './build.js';
import { awsEnvironment, needs, run } from './programs.js';
import { type Target, target } from './target.js';

/** Called while a suite loads that has a Python story. */
export const needsBoto3 = (): void => needs('python3 with boto3', 'python3', '-c', 'import boto3');

/** Runs `<name>-story.py` as the root user; what it tells at its end. */
export async function toldBy(name: string, { url, root }: Target, ...args: string[]): Promise<unknown> {
  const story = join(repository, `apps/conformance/src/${name}-story.py`);
  const { code, stdout, stderr } = await run('python3', [story, ...args], { env: awsEnvironment(url, root) });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

/** For a suite that is one Python story: each step proves itself, and is told by its name. */
export function storyOf(name: string): () => Promise<unknown> {
  needsBoto3();
  jest.setTimeout(120_000);
  let server: Target;
  beforeAll(async () => {
    server = await target();
  });
  afterAll(() => server?.dispose());
  return () => toldBy(name, server);
}
