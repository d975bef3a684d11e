import {
  type Authentication,
  deriveSigningKey,
  flatHeaders,
  presignRequest,
  readAuthentication,
  type SignatureFault,
  type SignedRequest,
  signRequest,
  verifySignature,
} from './index.js';

/** Requests as a client would send them, for tests. */
export const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
export const now = Date.UTC(2014, 2, 25, 14, 34, 53);
export const scope = { region: 'us-east-1', service: 'iam', now };

export const unsigned: SignedRequest = {
  method: 'POST',
  path: '/',
  query: '',
  headers: ['Host', 'iam.amazonaws.com', 'Content-Type', 'application/x-www-form-urlencoded; charset=utf-8'],
  body: Buffer.from('Action=ListUsers&Version=2010-05-08'),
};

type Token = { readonly sessionToken?: string };

/** The request with a signature in its headers. */
export function signed(change: Partial<SignedRequest> = {}, token: Token = {}): SignedRequest {
  const request = { ...unsigned, ...change };
  return withHeaders(request, signRequest(request, { ...credentials, ...token }, scope));
}

/** The request with a signature in its query. */
export function presigned(change: Partial<SignedRequest> = {}, token: Token = {}, expiresIn = 60): SignedRequest {
  const request = {
    ...unsigned,
    method: 'GET',
    headers: ['Host', 'iam.amazonaws.com'],
    body: new Uint8Array(),
    ...change,
  };
  return { ...request, query: presignRequest(request, { ...credentials, ...token }, { ...scope, expiresIn }) };
}

export function withHeaders(request: SignedRequest, added: Record<string, string>): SignedRequest {
  return { ...request, headers: [...request.headers, ...flatHeaders(Object.entries(added))] };
}

/** The request with every header of a name changed, or taken out. */
export function changeHeader(
  request: SignedRequest,
  name: string,
  change: (value: string) => string | undefined,
): SignedRequest {
  const headers: string[] = [];
  for (let i = 0; i < request.headers.length; i += 2) {
    const [header, value] = [request.headers[i] as string, request.headers[i + 1] as string];
    const changed = header.toLowerCase() === name ? change(value) : value;
    if (changed !== undefined) headers.push(header, changed);
  }
  return { ...request, headers };
}

export function read(request: SignedRequest): Authentication {
  const result = readAuthentication(request);
  if (!result.ok) throw new Error(result.fault.message);
  return result.authentication;
}

export function faultOf(request: SignedRequest): SignatureFault | undefined {
  const result = readAuthentication(request);
  return result.ok ? undefined : result.fault;
}

/** Reads and verifies with the example's key, as a server does for a known key id. */
export function verify(request: SignedRequest): SignatureFault | undefined {
  const result = readAuthentication(request);
  if (!result.ok) return result.fault;
  const { authentication } = result;
  return verifySignature(request, authentication, deriveSigningKey(credentials.secretAccessKey, authentication.scope));
}
