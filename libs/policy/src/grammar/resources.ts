import { sixParts } from '../arn.js';
import type { PolicyElement } from '../document.js';
import { matchesWildcard } from '../wildcard.js';
import { GrammarFault, refuse, TEXTS } from './fault.js';

/** What IAM resources may begin with, in the order in which AWS's text lists them. */
const IAM_PATHS = [
  'user/',
  'federated-user/',
  'role/',
  'group/',
  'instance-profile/',
  'mfa/',
  'server-certificate/',
  'policy/',
  'sms-mfa/',
  'saml-provider/',
  'oidc-provider/',
  'report/',
  'access-report/',
];

/** ARNs that AWS's text does not list: of requirements-4 1.1, and the account, which AWS's own policies name. */
const UNLISTED_IAM_PATHS = ['u2f/', 'root'];

/** Resources of S3 that live in a region, unlike buckets; AWS's own policies name them. */
const REGIONAL_S3_PATHS = [
  'accesspoint/',
  'access-grants/',
  'async-request/',
  'job/',
  'storage-lens/',
  'storage-lens-group/',
];

const NO_REGION: Readonly<Record<string, (resource: string) => string>> = {
  iam: (resource) => `IAM resource ${resource} cannot contain region information.`,
  s3: (resource) => `Resource ${resource} can not contain region information.`,
};

/**
 * The first complaint about a resource, or undefined. It is returned and not raised, because AWS comes to it after
 * other checks; only a text too broken to take apart is raised at once. `short`: fewer than six parts will do.
 */
export function resourceComplaint(
  { values }: PolicyElement,
  partition: string,
  short = false,
): GrammarFault | undefined {
  for (const { text, position } of values) {
    const message = complaint(text, partition);
    if (message !== undefined) return new GrammarFault(message, position);
    if (text !== '*' && !short && isBroken(text))
      refuse(TEXTS.legacy, position, `\`${text}\` has fewer than six parts or no service`);
  }
  return undefined;
}

function complaint(resource: string, partition: string): string | undefined {
  if (resource === '*') return undefined;
  const tokens = resource.split(':');
  const [first, given, service, region] = tokens;
  if (given === undefined) return `Resource ${resource} must be in ARN format or "*".`;
  if (!matchesWildcard(given, partition))
    return `Partition "${given}" is not valid for resource "${completed(tokens)}".`;
  if (first !== 'arn') return `Resource ${resource} must be in ARN format or "*".`;
  if (service === undefined || service.includes('*') || service.includes('?')) return TEXTS.resourceVendor;
  const path = sixParts(resource)?.[5];
  if (region !== undefined && region !== '' && !isRegional(service, path)) return NO_REGION[service]?.(resource);
  return service === 'iam' && path !== undefined && !isIamPath(path) ? iamPathText() : undefined;
}

function isRegional(service: string, path = ''): boolean {
  if (!Object.hasOwn(NO_REGION, service)) return true;
  return service === 's3' && REGIONAL_S3_PATHS.some((start) => path.startsWith(start));
}

function isIamPath(path: string): boolean {
  return path === '*' || [...IAM_PATHS, ...UNLISTED_IAM_PATHS].some((start) => path.startsWith(start));
}

function iamPathText(): string {
  return `IAM resource path must either be "*" or start with ${IAM_PATHS.join(', ')}.`;
}

/** The resource as AWS echoes it: six parts, those not given being stars, whatever the first one was. */
function completed(tokens: readonly string[]): string {
  const parts = ['arn', ...tokens.slice(1, 5)];
  while (parts.length < 5) parts.push('*');
  return [...parts, tokens.length > 5 ? tokens.slice(5).join(':') : '*'].join(':');
}

/** Fewer than six parts (ruling 22), or nothing where the service stands. */
function isBroken(resource: string): boolean {
  const parts = sixParts(resource);
  return parts === undefined || parts[2] === '';
}
