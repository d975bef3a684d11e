import { expect, test } from '@jest/globals';
import { randomIds } from '@muniment/runtime';
import { Client } from './client.testing.js';
import { home, Platform } from './platform.testing.js';

const everything = JSON.stringify({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Action: '*', Resource: '*' },
});

/** An event as a later version of Muniment might write it. */
const ofLater = () => ({
  type: 'UserCloned',
  version: 1,
  data: {},
  meta: {
    eventId: randomIds.uuid(),
    commandId: randomIds.uuid(),
    requestId: 'r',
    at: '2026-11-20T10:00:00.000Z',
    actor: 'muniment',
  },
});

async function poisoned() {
  const { platform, root, otherRoot } = await Platform.open();
  const admin = new Client(platform, root);
  await admin.iam('CreateUser', { UserName: 'ann' });
  await admin.iam('PutUserPolicy', { UserName: 'ann', PolicyName: 'p', PolicyDocument: everything });
  const ann = new Client(platform, Client.keysIn(await admin.iam('CreateAccessKey', { UserName: 'ann' })));
  expect((await ann.iam('ListUsers')).status).toBe(200);
  const stream = `directory-${home}`;
  for await (const [last] of platform.log.readStream(stream, { backwards: true })) {
    const { position } = await platform.log.append(stream, last?.revision ?? -1, [ofLater()]);
    await platform.reached(position);
    break;
  }
  return { platform, admin, ann, stranger: new Client(platform, otherRoot) };
}

test('an event that nobody can read: its account is answered 503, what was remembered of it included; others live (R20)', async () => {
  const { admin, ann, stranger } = await poisoned();
  const unavailable = { status: 503, code: 'ServiceUnavailable' };
  // Her policies were compiled and remembered: they are not what holds any more.
  expect(await ann.sts('GetSessionToken')).toMatchObject(unavailable);
  expect(await ann.iam('ListUsers')).toMatchObject(unavailable);
  expect(await admin.iam('ListUsers')).toMatchObject(unavailable);
  expect(await admin.iam('CreateUser', { UserName: 'bob' })).toMatchObject(unavailable);
  expect((await stranger.iam('CreateUser', { UserName: 'bob' })).status).toBe(200);
  expect((await stranger.iam('ListUsers')).text).toContain('bob');
});
