/** The harness itself: a whole cluster comes up, answers, and goes. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { unique } from '../harness/clients.js';
import { Cluster } from './cluster.testing.js';

jest.setTimeout(240_000);

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ replicas: { gateway: 2, decisions: 2 } });
});
afterAll(() => cluster?.dispose());

test('what one gateway has written is read through another', async () => {
  const UserName = unique('u');
  const { User } = await cluster.clients().iam.createUser({ UserName });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await cluster.clients(cluster.root, 2).iam.getUser({ UserName })).User).toEqual(User);
});
