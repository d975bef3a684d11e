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
  [
    'projection verify --service iam',
    'there is no service `iam`: there are gateway, directory, credentials, sts, decisions, audit',
  ],
])('`muniment %s` is refused: %s', (line, problem) => {
  expect(() => readArguments(words(line))).toThrow(Failure);
  expect(() => readArguments(words(line))).toThrow(problem);
});
