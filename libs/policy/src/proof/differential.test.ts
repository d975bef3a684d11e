import { describe, expect, test } from '@jest/globals';
import type { ContextScalar } from '../context.js';
import { alice, ACCOUNT, request } from '../fixtures.js';
import { evaluate } from '../evaluate.js';
import { readPolicy } from '../grammar/read-policy.js';
import { compilePolicy } from '../compile.js';
import {
  addressText,
  arnText,
  askPython,
  blockText,
  dateText,
  numberText,
  wildText,
  type Answer,
  type Question,
} from './differential.testing.js';
import { numbersOf, seeded, type Draw } from './draw.testing.js';
import { breath, counted, LONG, TIME } from './long.testing.js';
import { arnFits, fits, piecesOf } from './reference-patterns.testing.js';
import { numberOf } from './reference-values.testing.js';

const COUNT = counted(1500, 1_000_000);
/** As many as are made, asked and compared at once. */
const PORTION = 50_000;

/** Whether the engine holds the condition to be true; undefined when it refuses to read it. */
function holds(operator: string, written: string, given: ContextScalar): boolean | undefined {
  const Condition = { [operator]: { 'my:key': written } };
  const text = JSON.stringify({
    Version: '2008-10-17',
    Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition },
  });
  const reading = readPolicy(text, 'identity', { oldVersions: true });
  if (!reading.ok) return undefined;
  const identity = [compilePolicy(reading.policy, { id: ACCOUNT, type: 'identity' })];
  return evaluate(request(alice, { context: { 'my:key': given } }), { identity }).effect === 'Allow';
}

/** How many of the answers are that it cannot be read, that it holds, and that it does not. */
function shares(answers: readonly Answer[]): number[] {
  const count = (wanted: (answer: Answer) => boolean): number => answers.filter(wanted).length / answers.length;
  return [
    count((answer) => answer === null),
    count((answer) => answer !== null && answer.includes(true)),
    count((answer) => answer !== null && !answer.includes(true)),
  ];
}

/** All questions that are answered otherwise than python does, the first ten of them. */
async function differences(
  make: (draw: Draw) => Question,
  differs: (question: Question, answer: Answer) => boolean,
): Promise<string[]> {
  const found: string[] = [];
  const numbers = numbersOf(LONG ? 7 : 1);
  for (let done = 0; done < COUNT; done += PORTION) {
    const questions = Array.from({ length: Math.min(PORTION, COUNT - done) }, () => make(seeded(numbers())));
    const answers = askPython(questions);
    expect(answers).toHaveLength(questions.length);
    expect(shares(answers).filter((share) => share < 0.05)).toEqual([]);
    for (const [index, question] of questions.entries()) {
      if (index % 1000 === 0) await breath();
      const answer = answers[index] ?? null;
      if (differs(question, answer)) found.push(`${JSON.stringify(question)}: python says ${JSON.stringify(answer)}`);
    }
  }
  return found.slice(0, 10);
}

describe('the engine and a second implementation (reliability-security S23)', () => {
  test(
    'addresses and blocks: python3',
    async () => {
      const make = (draw: Draw): Question => {
        const given = addressText(draw);
        return ['address', blockText(draw, given), given];
      };
      const differs = ([, written, given]: Question, answer: Answer): boolean =>
        holds('IpAddress', written, given) !== (answer?.[2] ?? false);
      expect(await differences(make, differs)).toEqual([]);
    },
    TIME,
  );

  test(
    'numbers: python3',
    async () => {
      const make = (draw: Draw): Question => {
        const written = numberText(draw);
        return ['number', written, draw.chance(20) ? written : numberText(draw)];
      };
      const differs = ([, written, given]: Question, answer: Answer): boolean =>
        holds('NumericEquals', written, given) !== (answer?.[0] ?? false) ||
        holds('NumericLessThan', written, given) !== (answer?.[1] ?? false) ||
        holds('NumericNotEquals', written, given) !== !(answer?.[0] ?? false);
      expect(await differences(make, differs)).toEqual([]);
    },
    TIME,
  );

  test(
    'dates: python3, in exact fractions',
    async () => {
      const make = (draw: Draw): Question => {
        const written = dateText(draw);
        return ['date', written, draw.chance(20) ? written : dateText(draw)];
      };
      // A date that cannot be read is refused on save.
      const differs = ([, written, given]: Question, answer: Answer): boolean =>
        holds('DateEquals', written, given) !== answer?.[0] || holds('DateLessThan', written, given) !== answer?.[1];
      expect(await differences(make, differs)).toEqual([]);
    },
    TIME,
  );

  test('milliseconds that are written are the milliseconds of a Date', () => {
    const start = Date.UTC(2026, 0, 1);
    const unequal = Array.from({ length: 4000 }, (_, index) => new Date(start + index * 17)).filter(
      (date) => holds('DateEquals', date.toISOString(), date) !== true,
    );
    expect(unequal.slice(0, 10)).toEqual([]);
  });

  test(
    'wildcards: every place a match could have got to',
    async () => {
      const different = await texts(wildText, (pattern, text) => {
        const expected = text !== '' && fits(piecesOf(pattern, false, () => undefined) ?? [], text);
        return holds('StringLike', pattern, text) !== (expected || pattern === text);
      });
      expect(different).toEqual([]);
    },
    TIME,
  );

  test(
    'ARNs: part by part',
    async () => {
      const different = await texts(arnText, (pattern, text) => {
        const expected = arnFits(piecesOf(pattern, false, () => undefined) ?? [], text);
        return holds('ArnLike', pattern, text) !== expected || holds('ArnNotEquals', pattern, text) !== !expected;
      });
      expect(different).toEqual([]);
    },
    TIME,
  );

  test('numbers that are no texts are compared as what JSON makes of them', () => {
    const draw = seeded(3);
    const readable = draw.several(1000, 1000, () => numberText(draw)).filter((text) => numberOf(text) !== undefined);
    expect(readable.filter((text) => holds('NumericEquals', text, Number(text)) !== true)).toEqual([]);
  });
});

async function texts(
  make: (draw: Draw, pattern: boolean) => string,
  differs: (pattern: string, text: string) => boolean,
): Promise<string[]> {
  const found: string[] = [];
  const numbers = numbersOf(LONG ? 11 : 2);
  for (let done = 0; done < COUNT; done++) {
    if (done % 1000 === 0) await breath();
    const draw = seeded(numbers());
    const [pattern, text] = [make(draw, true), make(draw, false)];
    if (differs(pattern, text)) found.push(`${JSON.stringify(pattern)} and ${JSON.stringify(text)}`);
  }
  return found.slice(0, 10);
}
