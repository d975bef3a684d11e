import type { CommonFaultCode, FaultDetails } from './fault.js';

/** Who acts, as policies know it; built by the gateway from verified credentials, never from input. */
export type Principal =
  | { readonly type: 'Root'; readonly account: string; readonly arn: string }
  | {
      readonly type: 'User';
      readonly account: string;
      readonly arn: string;
      readonly userId: string;
      readonly userName: string;
    }
  | {
      readonly type: 'AssumedRole';
      readonly account: string;
      /** The session's ARN; `roleArn` is the role's. */
      readonly arn: string;
      readonly roleArn: string;
      readonly roleId: string;
      readonly sessionName: string;
    };

/** What temporary credentials carry through their life; sealed in the session token, known to nobody else. */
export interface Session {
  /** The STS operation that made it: what it may call depends on that (requirements-2 section 8, matrix). */
  readonly kind: 'AssumeRole' | 'GetSessionToken';
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** When the second factor was given; absent: without one. */
  readonly mfaAt?: string;
  readonly sourceIdentity?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  readonly policy?: string;
  readonly policyArns?: readonly string[];
}

/** The verified maker of a request and where it came from. Plain data: it crosses the bus. */
export interface Caller {
  readonly account: string;
  readonly principal: Principal;
  readonly accessKeyId: string;
  readonly session?: Session;
  readonly sourceIp: string;
  readonly userAgent: string;
  /** The page that a browser came from, as it says itself. */
  readonly referer?: string;
  readonly secureTransport: boolean;
  readonly region: string;
}

/** One request as an operation sees it: who, when, ids. The only source of time, ids and refusal in pure code. */
export interface Call<Code extends string = string> {
  readonly account: string;
  readonly partition: string;
  readonly caller: Caller;
  readonly requestId: string;
  readonly now: Date;
  /** A new unique id with this prefix: 21 characters (`AIDA…`); access keys have 20 (`AKIA…`, `ASIA…`). */
  id(prefix: string): string;
  after(seconds: number): Date;
  /** Refuses with an error that the operation declares, or a common one. */
  fault(code: Code | CommonFaultCode, message: string, details?: FaultDetails): never;
}
