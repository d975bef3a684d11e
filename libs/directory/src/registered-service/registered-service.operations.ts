import { muniment } from '@muniment/aws-model';
import { type Call, fold, query, sliceOf } from '@muniment/kernel';
import { awsServiceNames, type DefinitionError, readServiceDefinition } from '@muniment/service-catalog';
import { directory } from '../directory.js';
import { type Kind, mixedPage } from '../mixed-listing.js';
import { quotas } from '../quotas.js';
import { type RegisteredService, registeredServices } from './registered-service.js';

/** Every account has its own services, the same ones in all regions. */
const arn = ({ account, partition, caller }: Call, prefix: string): string =>
  `arn:${partition}:muniment:${caller.region}:${account}:service/${prefix}`;

const missing = (prefix: string): string => `there is no registered service \`${prefix}\``;

const onWire = (row: RegisteredService, call: Call): muniment.ServiceSummary => ({
  Prefix: row.prefix,
  ...(row.name !== undefined && { Name: row.name }),
  Owner: 'Account',
  Arn: arn(call, row.prefix),
  ActionCount: row.actions,
  RegisteredAt: new Date(row.registeredAt),
});

const invalid = ({ path, message }: DefinitionError): string =>
  path === '' ? `the definition ${message}` : `${path}: ${message}`;

export const RegisterService = directory.command(muniment.RegisterService, {
  // Read once: who may not register a service need not know what is wrong with the definition.
  gather: ({ Definition }) => Promise.resolve(readServiceDefinition(Definition)),
  authorize: (_, __, call, read) => ({ resource: arn(call, read.ok ? read.definition.prefix : '*') }),
  decide(_, account, call, read) {
    if (!read.ok) return call.fault('InvalidServiceDefinitionException', invalid(read.error));
    const { prefix, name, actions } = read.definition;
    const definition = JSON.stringify(read.definition);
    const before = account.services.byId(prefix);
    if (before?.definition === definition) return [];
    if (!before && account.services.size >= quotas.ServicesPerAccount) {
      call.fault('LimitExceededException', `an account may have ${quotas.ServicesPerAccount} services at most`);
    }
    const named = name === undefined ? {} : { name };
    return { type: 'ServiceRegistered', data: { prefix, ...named, definition, actions: actions.length } };
  },
  reply: (_, account, call, read) => {
    const row = read.ok ? account.services.byId(read.definition.prefix) : undefined;
    return { Service: onWire(row as RegisteredService, call) };
  },
});

export const DescribeService = query(muniment.DescribeService, {
  gather: async ({ Prefix }, from) => ({ row: await from.findById(registeredServices, fold(Prefix)) }),
  authorize: ({ Prefix }, _, call) => ({ resource: arn(call, fold(Prefix)) }),
  decide: ({ Prefix }, { row }, call) => row ?? call.fault('ResourceNotFoundException', missing(Prefix)),
  reply: (row, _, call) => ({ Service: onWire(row, call), Definition: row.definition }),
});

type AwsService = readonly [prefix: string, name: string];
const prefixOf = ([prefix]: AwsService): string => prefix;
const awsServices: readonly AwsService[] = Object.entries(awsServiceNames).sort(([a], [b]) => (a < b ? -1 : 1));

type AnyKind = Kind<'Account', RegisteredService> | Kind<'AWS', AwsService>;

export const ListServices = query(muniment.ListServices, {
  gather({ IncludeAWS = false, NextToken, MaxResults }, from, call) {
    const kinds: readonly AnyKind[] = [
      { kind: 'Account', key: registeredServices.key, read: (part) => from.list(registeredServices, part) },
      { kind: 'AWS', key: prefixOf, read: sliceOf(awsServices, prefixOf) },
    ];
    const input = {
      ...(NextToken !== undefined && { Marker: NextToken }),
      ...(MaxResults !== undefined && { MaxItems: MaxResults }),
    };
    const wanted = kinds.filter(({ kind }) => IncludeAWS || kind === 'Account');
    return mixedPage(input, wanted, call);
  },
  authorize: () => ({ resource: '*' }),
  reply: ({ items, next }, _, call) => ({
    Services: items.map((item) =>
      item.kind === 'AWS' ? { Prefix: item.row[0], Name: item.row[1], Owner: 'AWS' as const } : onWire(item.row, call),
    ),
    ...(next !== undefined && { NextToken: next }),
  }),
});

export const DeregisterService = directory.command(muniment.DeregisterService, {
  authorize: ({ Prefix }, _, call) => ({ resource: arn(call, fold(Prefix)) }),
  decide({ Prefix }, account, call) {
    const { prefix } = account.services.byId(fold(Prefix)) ?? call.fault('ResourceNotFoundException', missing(Prefix));
    return { type: 'ServiceDeregistered', data: { prefix } };
  },
});
