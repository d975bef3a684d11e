import { IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from '@jest/globals';
import { credentials } from './example.fixture.js';
import {
  checkScopeAndTime,
  deriveSigningKey,
  flatHeaders,
  readAuthentication,
  type SignedRequest,
  verifySignature,
} from './index.js';

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** A client's configuration that keeps what the client would send, and sends nothing. */
function keeping(sent: SignedRequest[], sessionToken?: string) {
  const handle = async ({ method, path, headers, body }: Sent): Promise<never> => {
    sent.push({
      method,
      path,
      query: '',
      headers: flatHeaders(Object.entries(headers)),
      body: Buffer.from(body ?? ''),
    });
    throw new Error('kept');
  };
  const key = { ...credentials, ...(sessionToken !== undefined && { sessionToken }) };
  return { region: 'us-east-1', credentials: key, maxAttempts: 1, requestHandler: { handle } };
}

test.each([
  ['iam', (sent: SignedRequest[]) => new IAMClient(keeping(sent)).send(new ListUsersCommand({ PathPrefix: '/a b/' }))],
  ['sts', (sent: SignedRequest[]) => new STSClient(keeping(sent, 'to+/=')).send(new GetCallerIdentityCommand({}))],
] as const)('what the AWS SDK for JavaScript signs for %s is verified', async (service, send) => {
  const sent: SignedRequest[] = [];
  await expect(send(sent)).rejects.toThrow('kept');
  const request = sent[0] as SignedRequest;
  const read = readAuthentication(request);
  if (!read.ok) throw new Error(read.fault.message);
  const { authentication } = read;
  expect(checkScopeAndTime(authentication, { service, region: 'us-east-1', now: Date.now() })).toBeUndefined();
  const key = deriveSigningKey(credentials.secretAccessKey, authentication.scope);
  expect(verifySignature(request, authentication, key)).toBeUndefined();
  expect(authentication.sessionToken).toBe(service === 'sts' ? 'to+/=' : undefined);
});
