import { createSecretKey } from 'node:crypto';
import { type CallFacts, callRecords } from '@muniment/audit';
import { iam } from '@muniment/aws-model';
import { checkInput, operationOf, protocolOf, type WireRequest } from '@muniment/aws-wire';
import { Decisions } from '@muniment/decisions';
import { users } from '@muniment/directory/contract';
import type { Caller } from '@muniment/kernel';
import {
  checkScopeAndTime,
  deriveSigningKey,
  readAuthentication,
  type SignedRequest,
  signRequest,
  verifySignature,
} from '@muniment/sigv4';

/** One GetUser call, as each step of the pipeline meets it. */

const account = '111122223333';
const credentials = {
  accessKeyId: 'AKIABENCH00000000000',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const scope = { region: 'us-east-1', service: 'iam' };

const now = new Date();
const at = now.toISOString();
const userArn = (name: string) => `arn:aws:iam::${account}:user/load/${name}`;

const caller: Caller = {
  account,
  principal: { type: 'User', account, arn: userArn('caller'), userId: 'AIDABENCHCALLER000001', userName: 'caller' },
  accessKeyId: credentials.accessKeyId,
  sourceIp: '127.0.0.1',
  userAgent: 'muniment-bench/0.1.0',
  secureTransport: false,
  region: scope.region,
};

const body = Buffer.from('Action=GetUser&Version=2010-05-08&UserName=seeded-000042');
const headers = {
  Host: '127.0.0.1:4566',
  'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
  'amz-sdk-invocation-id': 'd1a4b5a8-6f1c-4f3e-9d53-1f4f5f6a7b8c',
};
const unsigned = { method: 'POST', path: '/', query: '', headers: Object.entries(headers).flat(), body };
const added = signRequest(unsigned, credentials, { ...scope, now });
const signed: SignedRequest = { ...unsigned, headers: Object.entries({ ...headers, ...added }).flat() };
const key = createSecretKey(
  deriveSigningKey(credentials.secretAccessKey, { ...scope, date: at.slice(0, 10).replaceAll('-', '') }),
);

/** Throws when the signature is not found right: a cost without its work would be a lie. */
export function verify(): void {
  const read = readAuthentication(signed);
  if (!read.ok) throw new Error(read.fault.message);
  const { authentication } = read;
  const fault = checkScopeAndTime(authentication, { ...scope, now }) ?? verifySignature(signed, authentication, key);
  if (fault) throw new Error(fault.message);
}

const lowerCase = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

export function decode(): void {
  // A request of its own each time: what codecs remember of one request must not help the next.
  const wire: WireRequest = { method: 'POST', path: '/', query: '', headers: lowerCase, body };
  const operation = operationOf(iam.service, wire);
  if ('code' in operation) throw new Error(operation.message);
  const decoded = protocolOf(iam.service).decode(operation, wire);
  if (!decoded.ok) throw new Error(decoded.fault.message);
  const invalid = checkInput(operation, decoded.input as Record<string, unknown>);
  if (invalid) throw new Error(invalid);
}

const policy = (...statements: object[]) => JSON.stringify({ Version: '2012-10-17', Statement: statements });

const callerRow = {
  userId: 'AIDABENCHCALLER000001',
  userName: 'caller',
  path: '/load/',
  createdAt: at,
  tags: [],
  groups: [],
  attached: ['arn:aws:iam::aws:policy/IAMReadOnlyAccess'],
  inline: {
    own: policy(
      {
        Effect: 'Allow',
        Action: 'iam:CreateUser',
        Resource: userArn('*'),
        Condition: { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } },
      },
      {
        Effect: 'Deny',
        Action: 'iam:*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/kept': 'yes' } },
      },
    ),
  },
};

const decisions = new Decisions({
  from: {
    find: () => undefined,
    findById: (model, id) => (model.name === users.name && id === callerRow.userId ? (callerRow as never) : undefined),
  },
});

export async function authorize(): Promise<void> {
  const verdict = await decisions.authorize(
    caller,
    [{ action: 'iam:GetUser', resource: userArn('seeded-000042') }],
    now,
  );
  if (!verdict.allowed) throw new Error(verdict.message);
}

const user = (index: number): iam.User => ({
  Path: '/load/',
  UserName: `seeded-${index}`,
  UserId: `AIDASEEDED${String(index).padStart(11, '0')}`,
  Arn: userArn(`seeded-${index}`),
  CreateDate: new Date(now),
});
const one: iam.GetUserResponse = { User: user(42) };

const requestId = '6f1c4f3e-9d53-4d53-8f4f-5f6a7b8c9d0e';

export function encode(): void {
  protocolOf(iam.service).encode(iam.GetUser, one, requestId);
}

/** Encodes a list of so many users. */
export function encodeList(count: number): () => void {
  const Users = Array.from({ length: count }, (_, index) => user(index));
  return () => protocolOf(iam.service).encode(iam.ListUsers, { Users, IsTruncated: false }, requestId);
}

export const facts: CallFacts = {
  eventId: '0d9c8b7a-6f5f-4f4f-8c7b-6a5f4e3d2c1b',
  requestId,
  at,
  service: iam.service,
  operation: iam.GetUser,
  caller,
  sourceIp: caller.sourceIp,
  userAgent: caller.userAgent,
  region: caller.region,
  secureTransport: false,
  input: { UserName: 'seeded-000042' },
  output: one,
  touched: [{ action: 'iam:GetUser', resource: userArn('seeded-000042') }],
};

export const shape = (call: CallFacts) => callRecords(call, account);
