import type { sts } from '@muniment/aws-model';
import type { Principal, Secrets, Session } from '@muniment/kernel';

/** Everything there is to temporary credentials: nothing of them is stored, the client carries it, sealed. */
export interface SealedSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly account: string;
  readonly principal: Principal;
  readonly session: Session;
}

/** Tells a session from anything else that is ever sealed in the same way, and one form of it from later ones. */
const form = 'session/1';

/** AWS's one limit of what a session carries, in bytes of its token; headers must be able to hold it. */
const largestToken = 4096;

export interface Issued {
  readonly Credentials: sts.Credentials;
  readonly SessionTokenSize: number;
  /** Percentage of the largest size; above 100 the credentials must not be handed out. */
  readonly SessionTokenUtilization: number;
}

/** Makes credentials for a session. A client that wants to try its way with long tokens has it padded. */
export function issueSession(
  { account, principal, session }: Pick<SealedSession, 'account' | 'principal' | 'session'>,
  secrets: Secrets,
  minimumSize = 0,
): Issued {
  const accessKeyId = secrets.id('ASIA');
  const secretAccessKey = secrets.random(30);
  const content = JSON.stringify({ form, accessKeyId, secretAccessKey, account, principal, session });
  let token = secrets.sealToken(content);
  for (let padding = 0; token.length < minimumSize; ) {
    // Steps of three bytes for four characters, as base64 has it: never beyond the size that is asked for.
    padding += Math.max(1, Math.floor(((minimumSize - token.length) * 3) / 4));
    token = secrets.sealToken(content + ' '.repeat(padding));
  }
  const expiration = new Date(session.expiresAt);
  return {
    Credentials: {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: token,
      Expiration: expiration,
    },
    SessionTokenSize: token.length,
    SessionTokenUtilization: Math.ceil((token.length * 100) / largestToken),
  };
}

/** The content of an opened token; undefined when it is no session, or one of a form that this version does not know. */
export function readSession(content: string): SealedSession | undefined {
  let token: (SealedSession & { readonly form?: unknown }) | null;
  try {
    token = JSON.parse(content);
  } catch {
    return undefined;
  }
  if (token?.form !== form) return undefined;
  const { accessKeyId, secretAccessKey, account, principal, session } = token;
  return { accessKeyId, secretAccessKey, account, principal, session };
}
