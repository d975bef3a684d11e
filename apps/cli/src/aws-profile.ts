import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SigningCredentials } from '@muniment/sigv4';
import { Failure } from './failure.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Profile = Readonly<Record<string, string>>;

/** What the command line says of whom to call, and as whom. */
export interface Wanted {
  readonly endpointUrl?: string;
  readonly region?: string;
  readonly profile?: string;
}

/** Where a call goes and who signs it. */
export interface Signer {
  readonly url: URL;
  readonly region: string;
  readonly credentials: SigningCredentials;
}

/** Files of the `aws` command: sections, settings, indented settings of settings (which nothing here reads). */
export function readSections(text: string): ReadonlyMap<string, Profile> {
  const sections = new Map<string, Record<string, string>>();
  let section: Record<string, string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    const [, name] = /^\s*\[\s*(.*?)\s*\]/.exec(line) ?? [];
    const [, key, value] = /^([^\s#;=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) sections.set(name, (section = sections.get(name) ?? {}));
    else if (section && key !== undefined) section[key.toLowerCase()] = value ?? '';
  }
  return sections;
}

/** A setting that is there and says something. */
const set = (value: string | undefined): string | undefined =>
  value === undefined || value === '' ? undefined : value;

function sectionsOf(path: string): ReadonlyMap<string, Profile> {
  if (!existsSync(path)) return new Map();
  try {
    return readSections(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Failure(`cannot read \`${path}\`: ${(error as Error).message}`);
  }
}

/** The profile that is asked for, from both files; credentials win over configuration. */
function profileOf({ profile: option }: Wanted, environment: Environment): Profile {
  const name = option ?? set(environment['AWS_PROFILE']) ?? 'default';
  const files = {
    config: set(environment['AWS_CONFIG_FILE']) ?? join(homedir(), '.aws', 'config'),
    credentials: set(environment['AWS_SHARED_CREDENTIALS_FILE']) ?? join(homedir(), '.aws', 'credentials'),
  };
  const configured = sectionsOf(files.config);
  const own = name === 'default' ? (configured.get(name) ?? configured.get('profile default')) : undefined;
  const settings = own ?? configured.get(`profile ${name}`);
  const keys = sectionsOf(files.credentials).get(name);
  if (!settings && !keys && name !== 'default') {
    throw new Failure(`there is no profile \`${name}\` in \`${files.config}\` or \`${files.credentials}\``);
  }
  return { ...settings, ...keys };
}

/** Ways to get credentials that the `aws` command knows and this one leaves to it. */
const elsewhere = ['role_arn', 'sso_session', 'sso_start_url', 'credential_process', 'web_identity_token_file'];

function credentialsOf({ profile: option }: Wanted, environment: Environment, profile: Profile): SigningCredentials {
  const fromEnvironment = {
    accessKeyId: set(environment['AWS_ACCESS_KEY_ID']),
    secretAccessKey: set(environment['AWS_SECRET_ACCESS_KEY']),
    sessionToken: set(environment['AWS_SESSION_TOKEN']),
  };
  const fromProfile = {
    accessKeyId: set(profile['aws_access_key_id']),
    secretAccessKey: set(profile['aws_secret_access_key']),
    sessionToken: set(profile['aws_session_token']),
  };
  // As `aws` has it: a profile that is named on the command line goes before keys in the environment.
  const sources = option === undefined ? [fromEnvironment, fromProfile] : [fromProfile];
  const found = sources.find(({ accessKeyId }) => accessKeyId !== undefined);
  if (found?.accessKeyId !== undefined && found.secretAccessKey !== undefined) {
    const { accessKeyId, secretAccessKey, sessionToken } = found;
    return { accessKeyId, secretAccessKey, sessionToken };
  }
  if (found) throw new Failure(`access key \`${found.accessKeyId}\` has no secret beside it`);
  const way = elsewhere.find((name) => profile[name] !== undefined);
  const advice = way
    ? `the profile gets them by \`${way}\`: use \`eval "$(aws configure export-credentials --format env)"\``
    : 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws configure`';
  throw new Failure(`there are no credentials: ${advice}`);
}

function urlOf({ endpointUrl }: Wanted, environment: Environment, profile: Profile): URL {
  const text =
    endpointUrl ??
    set(environment['AWS_ENDPOINT_URL_MUNIMENT']) ??
    set(environment['AWS_ENDPOINT_URL']) ??
    set(profile['endpoint_url']) ??
    'http://127.0.0.1:4566';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw new Failure(`\`${text}\` is no URL of a server`);
  return url;
}

/** Endpoint, region and credentials, found where the `aws` command finds them. */
export function signerOf(wanted: Wanted, environment: Environment): Signer {
  const profile = profileOf(wanted, environment);
  const { AWS_REGION, AWS_DEFAULT_REGION } = environment;
  return {
    url: urlOf(wanted, environment, profile),
    region: wanted.region ?? set(AWS_REGION) ?? set(AWS_DEFAULT_REGION) ?? set(profile['region']) ?? 'us-east-1',
    credentials: credentialsOf(wanted, environment, profile),
  };
}
