import type { Service } from '@muniment/aws-model';
import { serviceOf, type WireFault } from '@muniment/aws-wire';
import type { WireRequest } from '@muniment/aws-wire';
import type { Caller } from '@muniment/kernel';
import {
  checkScopeAndTime,
  readAuthentication,
  type SignatureFault,
  type SignedRequest,
  verifySignature,
} from '@muniment/sigv4';
import { dummyKey, type KnownCredential, type SigningKeys } from './signing-keys.js';

export interface AuthenticationOptions {
  readonly services: readonly Service[];
  readonly keys: SigningKeys;
  /** How far clocks may lie apart, either way, in seconds (rulings 8). */
  readonly windowSeconds: number;
}

/** Where a request came from, whoever made it. */
export type Origin = Pick<Caller, 'sourceIp' | 'userAgent' | 'referer' | 'secureTransport'>;

export type Authenticated =
  | { readonly ok: true; readonly service: Service; readonly caller: Caller }
  | {
      readonly ok: false;
      readonly fault: WireFault;
      /** The service that the request seems to be for: its error shape is used. */
      readonly service: Service | undefined;
      readonly accessKeyId?: string;
      readonly region?: string;
      /** Owner of the claimed key, for the call record. */
      readonly account?: string;
    };

const invalidToken: WireFault = {
  code: 'InvalidClientTokenId',
  message: 'The security token included in the request is invalid.',
};
const expiredToken: WireFault = {
  code: 'ExpiredToken',
  message: 'The security token included in the request is expired',
};

/** The status is the protocol's matter: JSON services answer 400 where Query services answer 403. */
const onWire = ({ code, message }: SignatureFault): WireFault => ({ code, message });

const region = /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/;

/** The one verifier of all requests, before any routing. Whatever it cannot prove, it refuses. */
export async function authenticate(
  signed: SignedRequest,
  wire: WireRequest,
  origin: Origin,
  now: Date,
  { services, keys, windowSeconds }: AuthenticationOptions,
): Promise<Authenticated> {
  const read = readAuthentication(signed);
  if (!read.ok) return { ok: false, fault: onWire(read.fault), service: serviceOf(services, wire) };
  const { authentication } = read;
  const { accessKeyId, scope, sessionToken } = authentication;
  const service = services.find(({ signingName }) => signingName === scope.service) ?? serviceOf(services, wire);
  const refuse = (fault: WireFault, account?: string): Authenticated => ({
    ok: false,
    fault,
    service,
    accessKeyId,
    region: scope.region,
    ...(account !== undefined && { account }),
  });
  const misplaced = checkScopeAndTime(authentication, {
    service: service?.signingName ?? services.map(({ signingName }) => signingName),
    region: (name) => region.test(name),
    now,
    windowSeconds,
  });
  if (misplaced) return refuse(onWire(misplaced));
  const known = await find(keys, accessKeyId, sessionToken, scope, now);
  const credential = typeof known === 'object' ? known : undefined;
  const mismatch = verifySignature(signed, authentication, credential?.signingKey ?? dummyKey);
  if (known === 'expired') return refuse(expiredToken);
  if (credential === undefined || service === undefined) return refuse(invalidToken);
  // Who cannot sign learns nothing of the key's state.
  if (mismatch) return refuse(onWire(mismatch), credential.account);
  if (!credential.active) return refuse(invalidToken, credential.account);
  const { account, principal, session } = credential;
  return {
    ok: true,
    service,
    caller: { account, principal, accessKeyId, ...(session && { session }), region: scope.region, ...origin },
  };
}

function find(
  keys: SigningKeys,
  accessKeyId: string,
  sessionToken: string | undefined,
  scope: Parameters<SigningKeys['longTerm']>[1],
  now: Date,
): ReturnType<SigningKeys['session']> {
  if (sessionToken !== undefined) return keys.session(accessKeyId, sessionToken, scope, now);
  return keys.longTerm(accessKeyId, scope);
}

export type { KnownCredential };
