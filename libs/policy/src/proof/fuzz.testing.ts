/** Texts that a policy reader should not be given, made of policies and of nothing. */
import { identityDocumentFrom, resourceDocumentFrom } from './arbitraries.testing.js';
import { seeded, type Draw } from './draw.testing.js';

/** No input is longer. */
export const LONGEST = 10_240;

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '""',
  '\\',
  '\\u0000',
  '\\ud800',
  '\\u12',
  'null',
  'true',
  '-0',
  '1e999',
  '-1e-999',
  '9'.repeat(400),
  '0x1',
  '01',
  '.5',
  'NaN',
  '\u0000',
  '\ud800',
  '\udfff',
  '\u2028',
  'e\u0301',
  '\u00e9',
  '/*',
  '"__proto__":{}',
  '"constructor":1,',
  '"Statement":',
  '"Effect":"Allow",',
  '"Principal":"*",',
  '"Action":"*",',
  '"Condition":{"Null":{"a":"true"}},',
  '"${aws:username}"',
  '"${"',
  '"${a, \'${b}\'}"',
  '"*"',
  '"arn:aws:s3:::b/k"',
];

export function fuzzed(draw: Draw): string {
  const text = draw.pick(MAKERS)(draw);
  return text.length > LONGEST ? text.slice(0, LONGEST) : text;
}

/** Mutation comes first, since it gets farthest; the others are each a known way to break readers. */
const MAKERS: readonly ((draw: Draw) => string)[] = [
  mutated,
  mutated,
  mutated,
  mutated,
  mutated,
  mutated,
  mutated,
  mutated,
  random,
  nested,
  starred,
  repeated,
  wordy,
];

/** Documents to begin with; to make a new one each time would take longer than to read it. */
const WRITTEN = Array.from({ length: 400 }, (_, index) => {
  const draw = seeded(index);
  const document = index % 2 === 0 ? identityDocumentFrom(draw) : resourceDocumentFrom(draw);
  return JSON.stringify(document, undefined, index % 10 === 0 ? 2 : undefined);
});

function mutated(draw: Draw): string {
  let text = draw.pick(WRITTEN);
  for (let times = draw.below(3) + 1; times > 0; times--) text = draw.pick(MUTATIONS)(draw, text);
  return text;
}

const MUTATIONS: readonly ((draw: Draw, text: string) => string)[] = [
  (draw, text) => text.slice(0, draw.below(text.length + 1)),
  (draw, text) => spliced(draw, text, draw.pick(TOKENS), 0),
  (draw, text) => spliced(draw, text, draw.pick(TOKENS), 12),
  (draw, text) => spliced(draw, text, '', 20),
  (draw, text) => spliced(draw, text, String.fromCharCode(draw.below(draw.chance(50) ? 128 : 65_536)), 1),
  (draw, text) => spliced(draw, text, between(draw, text), 0),
  (draw, text) => spliced(draw, text, between(draw, draw.pick(WRITTEN)), 30),
  (draw, text) => text.replaceAll('"Action"', draw.pick(['"action"', '"NotAction"', '"Sid"', '"Resource"'])),
  (draw, text) => text.replaceAll('"Allow"', draw.pick(['"allow"', '1', 'null', '{}', '["Allow"]', '""'])),
  (draw, text) => text.replaceAll('*', draw.pick(['*'.repeat(50), '?', '${*}', ''])),
  (draw, text) => text.replaceAll('aws:', draw.pick(['', '${', 'aws:'.repeat(30), '__proto__:', 'constructor/'])),
];

function spliced(draw: Draw, text: string, inserted: string, most: number): string {
  const at = draw.below(text.length + 1);
  return text.slice(0, at) + inserted + text.slice(at + draw.below(most + 1));
}

function between(draw: Draw, text: string): string {
  const start = draw.below(text.length);
  return text.slice(start, start + draw.below(80));
}

/** Bytes, and what JSON is made of. */
function random(draw: Draw): string {
  return draw
    .several(0, 60, () => (draw.chance(50) ? draw.pick(TOKENS) : String.fromCharCode(draw.below(256))))
    .join('');
}

function nested(draw: Draw): string {
  const depth = draw.pick([1, 30, 31, 32, 33, 1000, 5000]);
  const [open, close] = draw.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"Statement":[', ']}'],
    ['{"Condition":{"Null":', '}}'],
  ] as const);
  const text = open.repeat(depth) + draw.pick(['', '1', '"x"']) + close.repeat(draw.chance(50) ? depth : 0);
  return draw.chance(50) ? text : `{"Version":"2012-10-17","Statement":${text}}`;
}

/** Many stars, where wildcards are: an expression made of them would never come to an end. */
function starred(draw: Draw): string {
  const stars = (start: string): string =>
    start + draw.pick(['*a', '**', '?*', '*']).repeat(draw.pick([1, 30, 30, 30, 1000]));
  const key = draw.pick(['my:Word', 'aws:SourceArn']);
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Action: stars('s3:'),
      Resource: stars('arn:aws:s3:::'),
      Condition: { [draw.pick(['StringLike', 'ArnLike', 'ForAnyValue:StringNotLike'])]: { [key]: stars('') } },
    },
  });
}

/** The same key again and again, and keys that objects have anyway. */
function repeated(draw: Draw): string {
  const keys = draw.several(1, 40, () =>
    draw.pick([
      'Effect',
      'Action',
      'Resource',
      'Statement',
      '__proto__',
      'constructor',
      'toString',
      'Condition',
      '\\u0041ction',
    ]),
  );
  const members = keys.map(
    (key) => `"${key}":${draw.pick(['"Allow"', '"*"', '["s3:*"]', '{"Bool":{"a":true}}', '[]'])}`,
  );
  const statement = `{${members.join(',')}}`;
  return draw.chance(50) ? statement : `{"Version":"2012-10-17","Statement":[${statement}]}`;
}

/** Long lists and long words. */
function wordy(draw: Draw): string {
  const word = draw
    .pick(['a', 's3:Get', '${aws:username}', 'arn:aws:s3:::b/', '\u00ff', '9', '"\\n', "${x, '}'"])
    .repeat(1 + draw.below(300));
  const values = Array.from({ length: draw.pick([0, 1, 100]) }, () => word.slice(0, draw.below(60)));
  return JSON.stringify({
    Version: draw.pick(['2012-10-17', word]),
    Id: word,
    Statement: [
      { Sid: word, Effect: 'Deny', NotAction: values, NotResource: '*', Condition: { StringLike: { [word]: values } } },
    ],
  });
}
