import type { CredentialScope } from './authentication.js';
import { incomplete, type SignatureFault } from './fault.js';

/** Key id and scope out of `AKID/YYYYMMDD/region/service/aws4_request`, or `undefined` when it has not five parts. */
export function readCredential(credential: string): { accessKeyId: string; scope: CredentialScope } | undefined {
  const parts = credential.split('/');
  if (parts.length !== 5) return undefined;
  const [accessKeyId, date, region, service, terminator] = parts as [string, string, string, string, string];
  return { accessKeyId, scope: { date, region, service, terminator } };
}

/** AWS shows the credential; people paste secrets into that field, so this shows only how many parts it had. */
export function credentialFault(credential: string): SignatureFault {
  const count = credential.split('/').length;
  return incomplete(
    'Credential must have exactly 5 slash-delimited elements, ' +
      `e.g. keyid/date/region/service/term, got ${count} elements.`,
  );
}

/** A lower-case field name (RFC 9110), or a pseudo-header of HTTP/2. Nothing that could end a line of the text signed. */
const HEADER_NAME = /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/;

const readLists = new Map<string, readonly string[]>();
const READ_LISTS_LIMIT = 200;

/**
 * The names of `SignedHeaders`, or `undefined` unless they are lower-case, sorted and without repeats.
 * A client sends the same list with each request, so lists once read are remembered, up to a limit.
 */
export function readSignedHeaders(list: string): readonly string[] | undefined {
  const known = readLists.get(list);
  if (known) return known;
  const names = list.split(';');
  let previous = '';
  for (const name of names) {
    if (name <= previous || !HEADER_NAME.test(name)) return undefined;
    previous = name;
  }
  if (readLists.size < READ_LISTS_LIMIT && list.length <= 500) readLists.set(list, Object.freeze(names));
  return names;
}

export function signedHeadersFault(list: string): SignatureFault {
  return incomplete(`SignedHeaders must be lower-case, sorted and without repeats: \`${list}\``);
}

export function timestampFault(timestamp: string): SignatureFault {
  return incomplete(
    `Date must be in ISO-8601 'basic format'. Got '${timestamp}'. See http://en.wikipedia.org/wiki/ISO_8601`,
  );
}
