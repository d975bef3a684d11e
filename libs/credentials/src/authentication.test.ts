import { describe, expect, test } from '@jest/globals';
import { users } from '@muniment/directory/contract';
import type { ReadModel, Sources } from '@muniment/kernel';
import { home } from '@muniment/testing';
import type { AccessKey } from './access-key/access-key.js';
import { longTermCredential, principalOf } from './authentication.js';
import { alice, arns, asAlice } from './credentials.testing.js';

const at = { account: home, partition: 'aws' };

describe('principalOf', () => {
  test('a key of the account itself stands for the root user', () => {
    expect(principalOf({ userId: home }, undefined, at)).toEqual({ type: 'Root', account: home, arn: arns.root });
  });

  test('a key stands for its user, by the name and path of today', () => {
    expect(principalOf({ userId: alice.userId }, alice, at)).toEqual(asAlice);
    const married = { ...alice, userName: 'Alice.Smith', path: '/' };
    expect(principalOf({ userId: alice.userId }, married, at)).toEqual({
      ...asAlice,
      arn: `arn:aws:iam::${home}:user/Alice.Smith`,
      userName: 'Alice.Smith',
    });
  });

  test('a key of a deleted user stands for nobody, whoever has the name now', () => {
    expect(principalOf({ userId: alice.userId }, undefined, at)).toBeUndefined();
    expect(principalOf({ userId: alice.userId }, { ...alice, userId: 'AIDAOTHER' }, at)).toBeUndefined();
  });

  test('ARNs are in the partition of the platform', () => {
    expect(principalOf({ userId: home }, undefined, { ...at, partition: 'aws-cn' })?.arn).toBe(
      `arn:aws-cn:iam::${home}:root`,
    );
  });
});

describe('longTermCredential', () => {
  const key: AccessKey = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    userId: alice.userId,
    status: 'Inactive',
    createdAt: '2026-11-20T10:00:00.000Z',
    sealed: 'sealed',
  };
  const from = (row: AccessKey): Pick<Sources, 'anywhere' | 'findById'> => ({
    anywhere: <Row>(_: ReadModel<Row>, id: string) =>
      id === row.accessKeyId ? { account: home, row: row as Row } : undefined,
    findById: <Row>(model: ReadModel<Row>, id: string, account?: string) =>
      model.name === users.name && id === alice.userId && account === home ? (alice as Row) : undefined,
  });

  test('tells account, principal, status and sealed secret of a key, without knowing the account', async () => {
    expect(await longTermCredential(key.accessKeyId, 'aws', from(key))).toEqual({
      account: home,
      principal: asAlice,
      status: 'Inactive',
      sealed: 'sealed',
    });
  });

  test('knows neither other keys nor keys of deleted users', async () => {
    expect(await longTermCredential('AKIAI44QH8DHBEXAMPLE', 'aws', from(key))).toBeUndefined();
    expect(await longTermCredential(key.accessKeyId, 'aws', from({ ...key, userId: 'AIDAGONE' }))).toBeUndefined();
  });
});
