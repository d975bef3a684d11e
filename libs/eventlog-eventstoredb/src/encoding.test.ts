import { describe, expect, test } from '@jest/globals';
import { happened } from '@muniment/testing';
import fc from 'fast-check';
import { positionOf, safe, toStore, uuidOf } from './encoding.js';
import { connectionString } from './settings.js';

describe('ids', () => {
  test('are UUIDs of version 8 made from ours, each time the same', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(uuidOf(one)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(uuidOf(one)).toBe(uuidOf(one));
        expect(uuidOf(one) === uuidOf(other)).toBe(one === other);
      }),
    );
  });

  test('a known one stays what it is: events written today are compared with it later', () => {
    expect(uuidOf('command-1:0')).toBe('cf7873b4-83cc-8a3a-a841-cae2991d43e1');
  });

  test('are those of what an event says, not of the command alone', () => {
    const event = happened(1);
    expect(toStore({ ...event, data: { n: 1 } }).id).toBe(toStore(event).id);
    expect(toStore({ ...event, data: { n: 2 } }).id).not.toBe(toStore(event).id);
    expect(toStore({ ...event, meta: { ...event.meta, at: '2026-11-20T10:00:00.001Z' } }).id).not.toBe(
      toStore(event).id,
    );
  });

  test('the version stands beside the metadata', () => {
    expect(toStore({ ...happened(1), version: 3 }).metadata).toEqual({ ...happened(1).meta, version: 3 });
  });
});

describe('positions', () => {
  const event = (commit?: bigint) =>
    ({
      id: 'id',
      streamId: 'a-1',
      ...(commit === undefined ? {} : { position: { commit, prepare: commit } }),
    }) as never;

  test('are safe integers or an error', () => {
    expect(positionOf(event(2n ** 53n - 1n))).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => positionOf(event(2n ** 53n))).toThrow('the position `9007199254740992` is larger');
    expect(() => safe(-(2n ** 53n))).toThrow('larger');
  });

  test.each([undefined, 2n ** 64n - 1n])('a server that does not tell them (%s) is named as too old', (commit) => {
    expect(() => positionOf(event(commit))).toThrow('EventStoreDB tells it from version 22.6 on');
  });
});

describe('settings', () => {
  const options = (url: string, generation = 0) =>
    Object.fromEntries(new URLSearchParams(connectionString(url, generation).split('?')[1]));

  test('what a URL leaves open is filled in, what it says holds, what the log rests on is forced', () => {
    const given = options(
      'esdb://admin:changeit@one:1,two:2/?tls=false&MaxDiscoverAttempts=9&throwOnAppendFailure=false',
    );
    expect(given).toMatchObject({ tls: 'false', MaxDiscoverAttempts: '9', throwOnAppendFailure: 'true' });
    expect(given).not.toHaveProperty('maxDiscoverAttempts');
    expect(options('kurrentdb://one:1')).toMatchObject({ connectionName: 'muniment', keepAliveTimeout: '5000' });
  });

  test('the place stays, under the name that the scheme has now', () => {
    expect(connectionString('esdb+discover://a:b@one:1,two:2?tls=true', 0)).toMatch(
      /^kurrentdb\+discover:\/\/a:b@one:1,two:2\?/,
    );
    expect(connectionString('kdb://one/', 0)).toMatch(/^kdb:\/\/one\?/);
  });

  test('each generation has a socket of its own', () => {
    const intervals = [0, 1, 2].map((generation) => options('kurrentdb://one?keepAliveInterval=20000', generation));
    expect(intervals.map(({ keepAliveInterval }) => keepAliveInterval)).toEqual(['20000', '20001', '20002']);
    expect(options('kurrentdb://one?keepAliveInterval=-1', 3)).toMatchObject({ keepAliveInterval: '-1' });
  });
});
