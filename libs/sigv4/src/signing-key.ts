import { createHmac } from 'node:crypto';
import { type CredentialScope, TERMINATOR } from './authentication.js';

/**
 * Derives the key that signs for one date, region and service. It is worth caching per key id and scope, as a
 * `KeyObject` (`createSecretKey`), which is the faster form to verify with.
 *
 * @example
 * ```ts
 * deriveSigningKey('wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', { date: '20150830', region: 'us-east-1', service: 'iam' });
 * ```
 */
export function deriveSigningKey(
  secretAccessKey: string,
  { date, region, service }: Pick<CredentialScope, 'date' | 'region' | 'service'>,
): Buffer {
  return [date, region, service, TERMINATOR].reduce<Buffer>(
    (key, part) => createHmac('sha256', key).update(part).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
}
