import { randomBytes } from 'node:crypto';
import { CloudTrail } from '@aws-sdk/client-cloudtrail';
import { IAM } from '@aws-sdk/client-iam';
import { STS } from '@aws-sdk/client-sts';
import type { Credentials } from './target.js';

export interface Clients {
  readonly iam: IAM;
  readonly sts: STS;
  readonly cloudtrail: CloudTrail;
  readonly credentials: Credentials;
}

/** For what is prepared and looked at, and not what is tested: tries again, as SDKs do. */
export const patientAttempts = 6;

/** AWS's own clients. One attempt only: a retry would hide what the server got wrong. */
export function clientsFor(url: string, credentials: Credentials, maxAttempts = 1): Clients {
  const configuration = { endpoint: url, region: 'us-east-1', credentials, maxAttempts };
  return {
    iam: new IAM(configuration),
    sts: new STS(configuration),
    cloudtrail: new CloudTrail(configuration),
    credentials,
  };
}

/** A name that no other run on the same installation uses. */
export const unique = (name: string): string => `${name}-${randomBytes(4).toString('hex')}`;

export const statement = (Effect: 'Allow' | 'Deny', Action: string | string[], Resource: string | string[] = '*') => ({
  Effect,
  Action,
  Resource,
});

export const document = (...Statement: readonly object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement });

/** A trust policy for one principal. */
export const trusting = (AWS: string, more: object = {}): string =>
  document({ Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole', ...more });

export interface Person extends Clients {
  readonly name: string;
  readonly arn: string;
}

/** A new user with an access key, and with `policy` if it is given. */
export async function person(url: string, { iam }: Clients, name: string, ...policy: object[]): Promise<Person> {
  const UserName = unique(name);
  const { User } = await iam.createUser({ UserName });
  if (policy.length > 0) {
    await iam.putUserPolicy({ UserName, PolicyName: 'own', PolicyDocument: document(...policy) });
  }
  const { AccessKey } = await iam.createAccessKey({ UserName });
  const credentials = {
    accessKeyId: AccessKey?.AccessKeyId ?? '',
    secretAccessKey: AccessKey?.SecretAccessKey ?? '',
  };
  return { ...clientsFor(url, credentials), name: UserName, arn: User?.Arn ?? '' };
}

interface Issued {
  readonly Credentials?: {
    readonly AccessKeyId?: string | undefined;
    readonly SecretAccessKey?: string | undefined;
    readonly SessionToken?: string | undefined;
  };
}

/** Clients that sign with the credentials that STS has issued. */
export const clientsOf = (url: string, { Credentials: issued }: Issued): Clients =>
  clientsFor(url, {
    accessKeyId: issued?.AccessKeyId ?? '',
    secretAccessKey: issued?.SecretAccessKey ?? '',
    sessionToken: issued?.SessionToken ?? '',
  });

/** How the SDK tells a refusal, ready to compare; an answer that is none is an error. */
export async function refusal(call: Promise<unknown>): Promise<{ name: string; message: string }> {
  const answer = await call.then(
    (output) => ({ output }),
    (error: Error) => ({ error }),
  );
  if ('output' in answer) throw new Error(`expected a refusal, got ${JSON.stringify(answer.output)}`);
  return { name: answer.error.name, message: answer.error.message };
}

/** AWS's text for a denied call (requirements-4 11.1). */
export const denied = (arn: string, action: string, resource: string, reason?: string) => ({
  name: 'AccessDenied',
  message: `User: ${arn} is not authorized to perform: ${action}${resource && ` on resource: ${resource}`} ${
    reason ?? `because no identity-based policy allows the ${action} action`
  }`,
});
