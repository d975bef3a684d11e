import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { signRequest } from '@muniment/sigv4';
import type { Credentials } from './target.js';

/** A request as its bytes go over the wire: what no SDK would send can be sent. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const versions = { iam: '2010-05-08', sts: '2011-06-15' } as const;

/** An unsigned call of a Query service. */
export function queryCall(service: 'iam' | 'sts', action: string, parameters: Record<string, string> = {}): RawRequest {
  return {
    method: 'POST',
    path: '/',
    query: '',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams({ Action: action, Version: versions[service], ...parameters }).toString(),
  };
}

/** An unsigned call of CloudTrail, a JSON service. */
export const jsonCall = (operation: string, input: object = {}): RawRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: {
    'Content-Type': 'application/x-amz-json-1.1',
    'X-Amz-Target': `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.${operation}`,
  },
  body: JSON.stringify(input),
});

export interface Signing {
  readonly service: string;
  readonly region?: string;
  readonly now?: Date;
}

/** The same request, signed in its headers. */
export function sign(url: string, request: RawRequest, credentials: Credentials, signing: Signing): RawRequest {
  const headers = { Host: new URL(url).host, ...request.headers };
  const { service, region = 'us-east-1', now = new Date() } = signing;
  const signed = { ...request, headers: Object.entries(headers).flat(), body: Buffer.from(request.body) };
  return { ...request, headers: { ...headers, ...signRequest(signed, credentials, { service, region, now }) } };
}

/** Sends a request on a connection of its own. */
export function send(
  url: string,
  { method, path, query, headers, body }: Omit<RawRequest, 'body'> & { readonly body: string | Buffer },
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const target = query === '' ? path : `${path}?${query}`;
  const length = body.length === 0 ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const options = { hostname, port, method, path: target, headers: { ...headers, ...length }, agent: false };
    const sent = httpRequest(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

export interface RawFault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

const unescape = (xml: string): string =>
  xml
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll(/&#x([\da-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll('&amp;', '&');

/** Code and message of an error answer, in the shape of the service that it comes from. */
export function faultIn({ status, headers, body }: RawAnswer): RawFault {
  if (headers['content-type']?.startsWith('text/xml')) {
    const [, code = '', message = ''] = /<Code>(.*?)<\/Code><Message>(.*?)<\/Message>/s.exec(body) ?? [];
    return { status, code, message: unescape(message) };
  }
  const json = JSON.parse(body) as { __type?: string; message?: string; Message?: string };
  return { status, code: json.__type ?? '', message: json.message ?? json.Message ?? '' };
}
