import { Decisions } from '@muniment/decisions';
import { users } from '@muniment/directory/contract';
import type { Caller, ReadModel } from '@muniment/kernel';
import { randomIds, systemClock } from '@muniment/runtime';
import { authorizerContract, clockContract, countedIds, fixedClock, idsContract } from '@muniment/testing';

clockContract('of the system', () => systemClock);
clockContract('that stands still', () => fixedClock());
idsContract('by chance', () => randomIds);
idsContract('that count', () => countedIds());

const account = '111122223333';
const arn = `arn:aws:iam::${account}:user/ann`;

const ann: Caller = {
  account,
  principal: { type: 'User', account, arn, userId: 'AIDAANN', userName: 'ann' },
  accessKeyId: 'AKIAANN',
  sourceIp: '127.0.0.1',
  userAgent: 'test',
  secureTransport: false,
  region: 'us-east-1',
};

const row = {
  userId: 'AIDAANN',
  userName: 'ann',
  path: '/',
  createdAt: '2026-11-20T09:00:00Z',
  groups: [],
  attached: [],
  inline: {
    p: JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'iam:GetUser', Resource: arn } }),
  },
  tags: [],
};

authorizerContract('of the policies in force', async () => {
  let broken = false;
  const read = async <Row>(model: ReadModel<Row>, id: string): Promise<Row | undefined> => {
    if (broken) throw new Error('the read models are away');
    return model.name === users.name && (id === 'AIDAANN' || id === 'ann') ? (row as Row) : undefined;
  };
  return {
    authorizer: new Decisions({ from: { find: read, findById: read } }),
    caller: ann,
    permitted: { action: 'iam:GetUser', resource: arn },
    forbidden: { action: 'iam:DeleteUser', resource: arn },
    breakSources: () => {
      broken = true;
    },
  };
});
