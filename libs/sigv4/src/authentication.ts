/** The credential scope: the one date, region and service a signature is good for. */
export interface CredentialScope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** As the client sent it; `aws4_request` when valid. */
  readonly terminator: string;
}

/** What a request says about who signed it and how. Read, not verified. */
export interface Authentication {
  readonly placement: 'header' | 'query';
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** Lower-case, sorted, without repeats. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`. */
  readonly timestamp: string;
  /** {@link timestamp} in milliseconds since the epoch. */
  readonly time: number;
  /** Seconds from `X-Amz-Expires`; only in the query form. */
  readonly expiresIn: number | undefined;
  readonly sessionToken: string | undefined;
}

export const ALGORITHM = 'AWS4-HMAC-SHA256';
export const TERMINATOR = 'aws4_request';

/** The scope as it stands in the credential and in the string to sign. */
export function scopeText({ date, region, service, terminator }: CredentialScope): string {
  return `${date}/${region}/${service}/${terminator}`;
}
