import type { Position } from '../json/tree.js';

/**
 * Why a document was refused. `message` is AWS's text; `detail` says in our words what it does not, and `path` and
 * `position` say where.
 *
 * @example
 * const error: PolicyError = { code: 'MalformedPolicyDocument', message: 'Syntax errors in policy.' };
 */
export interface PolicyError {
  readonly code: 'MalformedPolicyDocument';
  readonly message: string;
  readonly detail?: string;
  /** Such as `Statement[0].Effect`. */
  readonly path?: string;
  readonly position?: Position;
}

/** Raised inside the grammar only; `readPolicy` turns it into a value. */
export class GrammarFault extends Error {
  readonly error: PolicyError;

  constructor(message: string, position?: Position, detail?: string) {
    super(message);
    this.error = {
      code: 'MalformedPolicyDocument',
      message,
      ...(detail === undefined ? {} : { detail }),
      ...(position === undefined ? {} : { position }),
    };
  }
}

export function refuse(message: string, position?: Position, detail?: string): never {
  throw new GrammarFault(message, position, detail);
}

/** AWS's fixed texts. Those of trust and resource policies come from another of its parsers and read otherwise. */
export const TEXTS = {
  syntax: 'Syntax errors in policy.',
  version: 'Policy document must be version 2012-10-17 or greater.',
  principal: 'Policy document should not specify a principal.',
  legacy: 'The policy failed legacy parsing',
  duplicateSid: 'Statement IDs (SID) in a single policy must be unique.',
  sidCharacters:
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
  actions: 'Policy statement must contain actions.',
  resources: 'Policy statement must contain resources.',
  vendor: 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
  oneColon: 'Actions/Condition can contain only one colon.',
  resourceVendor: 'Resource vendor must be fully qualified and cannot contain regexes.',
  rcp: {
    principal: 'A resource control policy must have the principal "*".',
    notAction: 'A resource control policy must not contain NotAction.',
  },
  trust: {
    json: 'This policy contains invalid Json',
    syntax: 'Syntax error in policy.',
    version: 'The policy must contain a valid version string',
    noStatement: 'Missing required field Statement',
    emptyStatement: 'Could not parse the policy: Statement is empty!',
    duplicateSid: 'The Statement Ids in the policy are not unique',
    noEffect: 'Missing required field Effect',
    noPrincipal: 'Missing required field Principal',
    emptyPrincipal: 'Missing required field Principal cannot be empty!',
    allowNotPrincipal: 'Allow with NotPrincipal is not allowed.',
    notPrincipal: 'AssumeRole policy must not contain NotPrincipal field.',
    noAction: 'Missing required field Action',
    notSts: 'AssumeRole policy may only specify STS AssumeRole actions.',
    resource: 'Has prohibited field Resource',
    notResource: 'AssumeRole policy must not contain resources.',
  },
} as const;
