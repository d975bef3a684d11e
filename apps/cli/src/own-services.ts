import { readFileSync } from 'node:fs';
import { muniment } from '@muniment/aws-model';
import type { ServiceCommand } from './arguments.js';
import { type Signer, signerOf } from './aws-profile.js';
import { exitCodes, Failure } from './failure.js';
import { call } from './own-api.js';
import { table } from './table.js';

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const pretty = (value: unknown): string => JSON.stringify(value, undefined, 2);

/** In JSON a time is a number of seconds, which the codec of a whole client would make a date of. */
type OnWire = Omit<muniment.ServiceSummary, 'RegisteredAt'> & { readonly RegisteredAt?: number };

function textOf(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new Failure(`cannot read \`${file}\`: ${(error as Error).message}`);
  }
}

async function register(signer: Signer, { argument: file, json }: Named): Promise<void> {
  const { Service } = await call(signer, muniment.RegisterService, { Definition: textOf(file) });
  const { Prefix, ActionCount, Arn } = Service;
  const actions = `${ActionCount} ${ActionCount === 1 ? 'action' : 'actions'}`;
  print(json ? pretty(Service) : `registered \`${Prefix}\`: ${actions}, ${Arn}`);
}

async function describe(signer: Signer, { argument: Prefix, json }: Named): Promise<void> {
  const { Service, Definition } = await call(signer, muniment.DescribeService, { Prefix });
  const definition = JSON.parse(Definition) as unknown;
  // What is printed can be registered again.
  print(pretty(json ? { Service, Definition: definition } : definition));
}

async function deregister(signer: Signer, { argument: Prefix, json }: Named): Promise<void> {
  await call(signer, muniment.DeregisterService, { Prefix });
  if (!json) print(`deregistered \`${Prefix}\``);
}

const timeOf = ({ RegisteredAt }: OnWire): string =>
  RegisteredAt === undefined ? '' : new Date(RegisteredAt * 1000).toISOString().replace(/\.\d+Z$/, 'Z');

async function list(signer: Signer, { aws, json }: Listed): Promise<void> {
  const services: OnWire[] = [];
  let next: string | undefined;
  do {
    const input = { IncludeAWS: aws, MaxResults: 1000, ...(next !== undefined && { NextToken: next }) };
    const { Services, NextToken } = await call(signer, muniment.ListServices, input);
    services.push(...(Services as unknown as OnWire[]));
    next = NextToken;
  } while (next !== undefined);
  const rows = services.map((service) => {
    const { Prefix, Name = '', Owner, ActionCount = '' } = service;
    return [Prefix, Owner, String(ActionCount), timeOf(service), Name];
  });
  print(json ? pretty(services) : table(['PREFIX', 'OWNER', 'ACTIONS', 'REGISTERED', 'NAME'], rows));
}

type Named = Extract<ServiceCommand, { readonly what: 'register' | 'describe' | 'deregister' }>;
type Listed = Extract<ServiceCommand, { readonly what: 'list' }>;
const named = { register, describe, deregister };

/** `muniment service …`: signed calls of Muniment's own API, as the `aws` command would make them. */
export async function ownServices(
  command: ServiceCommand,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const signer = signerOf(command, environment);
  if (command.what === 'list') await list(signer, command);
  else await named[command.what](signer, command);
  return exitCodes.well;
}
