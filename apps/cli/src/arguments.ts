import { parseArgs } from 'node:util';
import { type ServiceName, serviceNames, type WorkKind } from '@muniment/hosting/control';
import { Failure } from './failure.js';

export const usage = `usage: muniment start [--memory]
       muniment status [--json]
       muniment projection verify|rebuild [--service <name>]… [--projection <name>]… [--json]
       muniment service register <file.json> | list [--aws] | describe <prefix> | deregister <prefix>

  start       run muniment in this process
  status      how every replica of every service stands; of the server at hand when MUNIMENT_NATS_URL is not set
  projection  fold the log once more, beside the read models in use, and compare:
    verify    tell whether they are equal
    rebuild   tell, and put the new one in the place of the one in use
  service     services of your own, with their actions, resource types and condition keys:
    register    describe one to the account, or describe it anew; \`-\` reads standard input
    list        which there are; with --aws those of AWS, too
    describe    print the definition of one
    deregister  forget one; policies that speak of it stay as they are

  --service     only the read models of this service, when MUNIMENT_NATS_URL is set
  --projection  only this one; \`muniment status\` names them
  --json        for programs: JSON lines; of \`service\` JSON
  --endpoint-url, --region, --profile
                whom to call and as whom, for \`service\`: as the \`aws\` command finds them when they are not given, in
                AWS_* and its files; without any endpoint http://127.0.0.1:4566

  settings of the other commands come from MUNIMENT_* in the environment; without MUNIMENT_NATS_URL \`projection\` works on the data
  directory itself, so the server must be stopped.
  exit code: 0 all is well, 1 something is not, 2 nothing was done, 130 interrupted`;

export interface StatusCommand {
  readonly name: 'status';
  readonly json: boolean;
}

export interface ProjectionCommand {
  readonly name: 'projection';
  readonly kind: WorkKind;
  readonly json: boolean;
  /** All when empty. */
  readonly services: readonly ServiceName[];
  readonly projections: readonly string[];
}

/** Whom to call, and as whom; found as the `aws` command finds it when it is not said. */
interface Called {
  readonly name: 'service';
  readonly json: boolean;
  readonly endpointUrl?: string;
  readonly region?: string;
  readonly profile?: string;
}

const namedKinds = ['register', 'describe', 'deregister'] as const;

export type ServiceCommand =
  | (Called & { readonly what: 'list'; readonly aws: boolean })
  | (Called & {
      readonly what: (typeof namedKinds)[number];
      /** Of the file that is to be registered, else the service's prefix. */
      readonly argument: string;
    });

export type Command = { readonly name: 'help' } | StatusCommand | ProjectionCommand | ServiceCommand;

const options = {
  help: { type: 'boolean', short: 'h' },
  json: { type: 'boolean' },
  service: { type: 'string', multiple: true },
  projection: { type: 'string', multiple: true },
  aws: { type: 'boolean' },
  'endpoint-url': { type: 'string' },
  region: { type: 'string' },
  profile: { type: 'string' },
} as const;

/** Options that each command knows, beside `--help`. */
const known: Readonly<Record<string, readonly string[]>> = {
  status: ['json'],
  projection: ['json', 'service', 'projection'],
  service: ['json', 'aws', 'endpoint-url', 'region', 'profile'],
};

const wrong = (text: string): Failure => new Failure(`${text}\n\n${usage}`);

function mustBeService(name: string): ServiceName {
  const service = serviceNames.find((each) => each === name);
  if (!service) throw new Failure(`there is no service \`${name}\`: there are ${serviceNames.join(', ')}`);
  return service;
}

/** What is asked for on the command line. */
export function readArguments(argv: readonly string[]): Command {
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  if (values.help) return { name: 'help' };
  const [command, ...words] = positionals;
  if (command === undefined) throw wrong('no command given');
  const allowed = Object.hasOwn(known, command) ? known[command] : undefined;
  if (!allowed) throw wrong(`there is no command \`${command}\``);
  for (const token of tokens) if (token.kind === 'option') mustBeOption(command, allowed, token);
  const json = values.json === true;
  if (command === 'status') {
    if (words[0] !== undefined) throw wrong(`\`status\` takes no \`${words[0]}\``);
    return { name: 'status', json };
  }
  if (command === 'service') return readService(words, values as ServiceValues);
  return {
    name: 'projection',
    kind: readKind(words),
    json,
    services: ((values.service ?? []) as string[]).map(mustBeService),
    projections: (values.projection ?? []) as string[],
  };
}

function mustBeOption(
  command: string,
  allowed: readonly string[],
  { name, rawName, value }: { name: string; rawName: string; value?: string | undefined },
): void {
  if (!allowed.includes(name)) throw wrong(`\`${command}\` has no option \`${rawName}\``);
  const takesValue = options[name as keyof typeof options].type === 'string';
  if (takesValue && !value) throw wrong(`option \`${rawName}\` needs a ${name === 'endpoint-url' ? 'URL' : 'name'}`);
  if (!takesValue && value !== undefined) throw wrong(`option \`${rawName}\` takes no value: \`${value}\``);
}

interface ServiceValues {
  readonly json?: boolean;
  readonly aws?: boolean;
  readonly 'endpoint-url'?: string;
  readonly region?: string;
  readonly profile?: string;
}

function readService([what, argument, ...more]: readonly string[], values: ServiceValues): ServiceCommand {
  const { json = false, aws = false, 'endpoint-url': endpointUrl, region, profile } = values;
  const called = {
    name: 'service' as const,
    json,
    ...(endpointUrl !== undefined && { endpointUrl }),
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
  };
  if (what === 'list') {
    if (argument !== undefined) throw wrong(`\`service list\` takes no \`${argument}\``);
    return { ...called, what, aws };
  }
  const kind = namedKinds.find((each) => each === what);
  if (what === undefined)
    throw wrong('`service` needs to know what to do: `register`, `list`, `describe` or `deregister`');
  if (!kind) throw wrong(`there is no \`service ${what}\`: there are register, list, describe, deregister`);
  if (aws) throw wrong(`\`service ${kind}\` has no option \`--aws\``);
  if (argument === undefined) {
    throw wrong(
      `\`service ${kind}\` needs ${kind === 'register' ? 'the file to register' : 'the prefix of a service'}`,
    );
  }
  if (more[0] !== undefined) throw wrong(`\`service ${kind}\` takes no \`${more[0]}\` besides \`${argument}\``);
  return { ...called, what: kind, argument };
}

function readKind([kind, ...more]: readonly string[]): WorkKind {
  if (kind === undefined) throw wrong('`projection` needs to know what to do: `verify` or `rebuild`');
  if (kind !== 'verify' && kind !== 'rebuild')
    throw wrong(`there is no \`projection ${kind}\`: there are verify, rebuild`);
  if (more[0] !== undefined) throw wrong(`\`projection ${kind}\` takes no \`${more[0]}\``);
  return kind;
}
