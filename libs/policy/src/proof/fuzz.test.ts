import { describe, expect, test } from '@jest/globals';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compilePolicy } from '../compile.js';
import type { PolicyKind } from '../document.js';
import { evaluate } from '../evaluate.js';
import { alice, request } from '../fixtures.js';
import { readPolicy } from '../grammar/read-policy.js';
import { numbersOf, seeded } from './draw.testing.js';
import { fuzzed, LONGEST } from './fuzz.testing.js';
import { breath, counted, LONG, TIME } from './long.testing.js';

const INPUTS = counted(15_000, 5_000_000);
const SLOW = 50;
const KINDS: readonly PolicyKind[] = ['identity', 'trust', 'resource', 'session', 'scp', 'rcp'];

const asked = request(alice, {
  action: `s3:${'a'.repeat(128)}`,
  resource: `arn:aws:s3:::${'a'.repeat(1200)}`,
  context: { 'my:Word': 'a'.repeat(1200), 'aws:SourceArn': `arn:aws:s3:::${'a'.repeat(1200)}` },
});

/** Reads a text and, when it is a policy, decides by it. */
function tried(text: string, kind: PolicyKind): boolean {
  const reading = readPolicy(text, kind, {
    oldVersions: true,
    duplicateKeys: text.length % 3 === 0 ? 'merge' : 'refuse',
  });
  if (!reading.ok) return false;
  const policy = compilePolicy(reading.policy, { id: 'fuzzed', type: 'identity' });
  evaluate(asked, { identity: [policy], resource: policy });
  return true;
}

function taken(text: string, kind: PolicyKind): number {
  const started = performance.now();
  tried(text, kind);
  return performance.now() - started;
}

/** A machine that does something else in between is not the reader's fault: the quickest of three counts. */
const isSlow = (text: string, kind: PolicyKind): boolean => [1, 2, 3].every(() => taken(text, kind) > SLOW);

/** Megabytes that are in use once everything that can be dropped is dropped. */
function memory(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

const HUGE = [
  ...[' ', '[', '{"a":', '"', '1', '\ud800', '*'].map((part) => part.repeat(10_000_000 / part.length)),
  JSON.stringify({ Statement: 'x'.repeat(10_000_000) }),
];

const WORST = [
  `{"a":"${'\\u0041'.repeat(LONGEST / 6)}"}`,
  `{${Array.from({ length: 900 }, (_, index) => `"k${index}":1`).join(',')}}`,
  `{"Statement":[${'{},'.repeat(3000)}{}]}`,
  `[${'1,'.repeat(5000)}1]`,
  '['.repeat(LONGEST),
  '{"a":'.repeat(2000),
  `"${'\\'.repeat(LONGEST)}`,
  '9'.repeat(LONGEST),
];

describe('hostile text (reliability-security S22)', () => {
  test(
    'nothing throws, takes long or stays behind, whatever the text',
    async () => {
      const numbers = numbersOf(LONG ? 22 : 2);
      const failing: string[] = [];
      let read = 0;
      const before = memory();
      for (let input = 0; input < INPUTS && failing.length < 5; input++) {
        if (input % 500 === 0) await breath();
        const seed = numbers();
        const text = fuzzed(seeded(seed));
        const kind = KINDS[seed % KINDS.length] ?? 'identity';
        const started = performance.now();
        try {
          if (tried(text, kind)) read++;
          if (performance.now() - started > SLOW && isSlow(text, kind)) failing.push(`slow: ${seed} ${kind} ${text}`);
        } catch (fault) {
          failing.push(`${String(fault)}: ${seed} ${kind} ${text}`);
        }
      }
      expect(failing).toEqual([]);
      await breath();
      expect(memory() - before).toBeLessThan(64);
      // Enough get through the reader to try the compiler and the evaluator as well.
      expect(read / INPUTS).toBeGreaterThan(0.05);
      expect(read / INPUTS).toBeLessThan(0.5);
    },
    TIME,
  );

  test.each(KINDS)('ten megabytes of anything are refused at once: %s', (kind) => {
    expect(HUGE.filter((text) => isSlow(text, kind) || tried(text, kind))).toEqual([]);
  });

  test.each(KINDS)('texts as long as policies may be are read at once: %s', (kind) => {
    expect(WORST.filter((text) => isSlow(text, kind))).toEqual([]);
  });

  test('thirty-two levels are read, thirty-three are refused as such', () => {
    const levels = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    const detail = (depth: number): string => {
      const reading = readPolicy(levels(depth), 'identity');
      return reading.ok ? '' : (reading.error.detail ?? '');
    };
    expect([detail(32), detail(33)]).toEqual(['a policy is an object', expect.stringContaining('32')]);
  });
});
