import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { check, kept } from './checker.testing.js';
import type { Cluster } from './cluster.testing.js';
import { Driver } from './driver.testing.js';
import type { Answer } from './history.testing.js';
import { long } from './load.testing.js';
import type { Random } from './random.testing.js';
import { recordedIn, unrecorded } from './records.testing.js';
import type { Service } from './replica.testing.js';
import { whenReady } from './nemesis.testing.js';

/** In the long form so many times what is done for every change. */
export const times = (short: number, factor = 10): number => (long ? short * factor : short);

const began = new Date();

/** A driver at the gateways of a cluster. */
export const drive = (cluster: Cluster, random: Random, attempts = 1): Promise<Driver> =>
  Driver.start({
    urls: cluster.of('gateway').map(({ url }) => url),
    accountId: cluster.accountId,
    root: cluster.root,
    random,
    attempts,
  });

/** All that must hold when everything is quiet again: what was acknowledged is there, and recorded once. */
export async function mustHold(cluster: Cluster, driver: Driver, keys = 200): Promise<void> {
  await Promise.all(cluster.services.map((service) => whenReady(service)));
  const { accountId, root } = cluster;
  const { history, policyArn } = driver;
  expect(await check({ history, policyArn, url: cluster.url(), root, accountId, keys })).toEqual(kept);
  await mustBeRecorded(cluster, history.answers);
}

const answerOf = (answer: Answer | string): Answer =>
  typeof answer === 'string' ? { requestId: answer, operation: 'a call', status: 200 } : answer;

/** RPO 0 of call records: every answer that a client got has exactly one, and the chain of them is whole. */
export async function mustBeRecorded(cluster: Cluster, answers: readonly (Answer | string)[]): Promise<void> {
  const read = () => recordedIn(cluster.store.port, cluster.accountId, began);
  const wrong = await unrecorded(answers.map(answerOf), read);
  if (wrong.length > 0) await tellOf(cluster.of('gateway'));
  expect(wrong).toEqual([]);
}

/** After each test: an engine that is not there any more explains all that failed. */
export async function enginesMustRun(cluster: Cluster | undefined): Promise<void> {
  if (cluster === undefined) return;
  const { nats, redis, store } = cluster;
  for (const [name, { port, output }] of Object.entries({ nats, redis, store })) {
    if (!(await listens(port))) throw new Error(`${name} has ended by itself: ${output.slice(-4000)}`);
  }
}

/** Ends a cluster; what its processes have written is kept in the directory MUNIMENT_TEST_LOGS, where it is set. */
export async function finish(cluster: Cluster | undefined): Promise<void> {
  if (cluster === undefined) return;
  const directory = process.env['MUNIMENT_TEST_LOGS'];
  if (directory !== undefined) {
    mkdirSync(directory, { recursive: true });
    for (const { name, replica, process: ended } of cluster.services) {
      writeFileSync(join(directory, `${name}-${replica}.log`), ended.output);
    }
    writeFileSync(join(directory, 'eventstore.log'), cluster.store.output);
  }
  await cluster.dispose();
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy().destroyed));
    socket.once('error', () => resolve(false));
  });

/** What these processes say of themselves, for whoever has to find out what went wrong. */
async function tellOf(services: readonly Service[]): Promise<void> {
  for (const {
    url,
    name,
    replica,
    process: { output },
  } of services) {
    const state = await fetch(`${url}/readyz`).then((answer) => answer.text(), String);
    process.stderr.write(`${name}-${replica}: ${state}\n${output.slice(-4000)}\n`);
  }
}
