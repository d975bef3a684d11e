import { expect, test } from '@jest/globals';
import type { CallRecord } from '../call-record/call-record.js';
import { lastUsed } from './last-used.js';

const record = (eventTime: string, userIdentity: Record<string, unknown>, roleId?: string): CallRecord => ({
  trail: {
    eventID: 'e',
    eventName: 'ListUsers',
    eventSource: 'iam.amazonaws.com',
    eventTime,
    awsRegion: 'eu-central-1',
    readOnly: true,
    userIdentity,
  },
  resources: [],
  ...(roleId !== undefined && { roleId }),
});

const fold = (...records: CallRecord[]) => {
  const state = lastUsed.empty('111122223333');
  const evolve = lastUsed.evolve['CallsRecorded'] as (state: unknown, data: unknown, occurrence: unknown) => void;
  evolve(state, { records, previous: '', hash: '' }, {});
  return state;
};

const user = { type: 'IAMUser', accessKeyId: 'AKIAANN' };

test('a key was last used when, where and for what it signed a call (requirements-1 section 11)', () => {
  expect([...fold(record('2026-11-20T09:00:00Z', user)).accessKeys.values()]).toEqual([
    { accessKeyId: 'AKIAANN', at: '2026-11-20T09:00:00Z', region: 'eu-central-1', service: 'iam' },
  ]);
});

test.each([
  ['2026-11-20T09:14:59Z', '2026-11-20T09:00:00Z'],
  ['2026-11-20T09:15:00Z', '2026-11-20T09:15:00Z'],
])('of two uses within 15 minutes the first counts: %s (requirements-1 section 15)', (second, kept) => {
  const state = fold(record('2026-11-20T09:00:00Z', user), record(second, user));
  expect(state.accessKeys.byId('AKIAANN')?.at).toBe(kept);
});

test('a role is used by its sessions', () => {
  const state = fold(record('2026-11-20T09:00:00Z', { type: 'AssumedRole', accessKeyId: 'ASIA1' }, 'AROA1'));
  expect(state.roles.byId('AROA1')).toEqual({ roleId: 'AROA1', at: '2026-11-20T09:00:00Z', region: 'eu-central-1' });
  expect(state.accessKeys.size).toBe(0);
});

test('a request that could not be verified is no use of the key it claims', () => {
  expect(fold(record('2026-11-20T09:00:00Z', { type: 'AWSAccount', accessKeyId: 'AKIAANN' })).accessKeys.size).toBe(0);
});
