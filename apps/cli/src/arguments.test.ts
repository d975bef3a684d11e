import { expect, test } from '@jest/globals';
import { readArguments } from './arguments.js';
import { Failure } from './failure.js';

const words = (line: string): string[] => line.split(' ').filter(Boolean);

test('what the commands are given', () => {
  expect(readArguments(['--help'])).toEqual({ name: 'help' });
  expect(readArguments(words('status'))).toEqual({ name: 'status', json: false });
  expect(readArguments(words('projection rebuild --service sts --service=audit --projection platform --json'))).toEqual(
    {
      name: 'projection',
      kind: 'rebuild',
      json: true,
      services: ['sts', 'audit'],
      projections: ['platform'],
    },
  );
});

test("what is done with services of one's own, and whom to call", () => {
  expect(readArguments(words('service register orders.json --json'))).toEqual({
    name: 'service',
    what: 'register',
    argument: 'orders.json',
    json: true,
  });
  expect(readArguments(words('service register -'))).toMatchObject({ argument: '-' });
  expect(
    readArguments(words('service list --aws --endpoint-url http://10.0.0.1:80 --region=eu-west-1 --profile ops')),
  ).toEqual({
    name: 'service',
    what: 'list',
    aws: true,
    json: false,
    endpointUrl: 'http://10.0.0.1:80',
    region: 'eu-west-1',
    profile: 'ops',
  });
  expect(readArguments(words('service describe orders'))).toMatchObject({ what: 'describe', argument: 'orders' });
});

test.each([
  ['', 'no command given'],
  ['stats', 'there is no command `stats`'],
  ['constructor', 'there is no command `constructor`'],
  ['status now', '`status` takes no `now`'],
  ['status --service sts', '`status` has no option `--service`'],
  ['status --json=yes', 'option `--json` takes no value: `yes`'],
  ['status -x', '`status` has no option `-x`'],
  ['projection', '`projection` needs to know what to do: `verify` or `rebuild`'],
  ['projection wipe', 'there is no `projection wipe`: there are verify, rebuild'],
  ['projection verify directory', '`projection verify` takes no `directory`'],
  ['projection verify --servce sts', '`projection` has no option `--servce`'],
  ['projection verify --service', 'option `--service` needs a name'],
  ['projection verify --service=', 'option `--service` needs a name'],
  ['service', '`service` needs to know what to do: `register`, `list`, `describe` or `deregister`'],
  ['service remove orders', 'there is no `service remove`: there are register, list, describe, deregister'],
  ['service register', '`service register` needs the file to register'],
  ['service deregister', '`service deregister` needs the prefix of a service'],
  ['service describe orders billing', '`service describe` takes no `billing` besides `orders`'],
  ['service describe orders --aws', '`service describe` has no option `--aws`'],
  ['service list orders', '`service list` takes no `orders`'],
  ['service list --endpoint-url', 'option `--endpoint-url` needs a URL'],
  ['service list --service sts', '`service` has no option `--service`'],
  [
    'projection verify --service iam',
    'there is no service `iam`: there are gateway, directory, credentials, sts, decisions, audit',
  ],
])('`muniment %s` is refused: %s', (line, problem) => {
  expect(() => readArguments(words(line))).toThrow(Failure);
  expect(() => readArguments(words(line))).toThrow(problem);
});
