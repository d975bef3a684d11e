import { describe, expect, test } from '@jest/globals';
import { caseFiles, decided, told, type CaseFile, type DecisionCase, type DocumentCase } from './cases.testing.js';
import { denialText } from './denial-text.js';
import { readPolicy } from './grammar/read-policy.js';

type Row<Case> = readonly [label: string, one: Case, file: CaseFile];

function rowsOf<Case extends { readonly rule: string; readonly name: string }>(
  of: (file: CaseFile) => readonly Case[] | undefined,
): Row<Case>[] {
  return caseFiles.flatMap((file) =>
    (of(file) ?? []).map((one): Row<Case> => [`${file.topic}: ${one.name} (${one.rule})`, one, file]),
  );
}

describe('decisions', () => {
  test.each(rowsOf<DecisionCase>(({ cases }) => cases))('%s', (_label, one, file) => {
    const seen = told(decided(file, one)[1]);
    const { effect, explicit = false, by, statements = seen.statements } = one.decision;
    expect(seen).toEqual({ effect, explicit, by, statements });
  });
});

describe('texts of denials', () => {
  test.each(rowsOf<DecisionCase>(({ cases }) => cases?.filter(({ text }) => text !== undefined)))(
    '%s',
    (_label, one, file) => {
      expect(denialText(...decided(file, one))).toBe(one.text);
    },
  );
});

describe('documents', () => {
  test.each(rowsOf<DocumentCase>(({ documents }) => documents))('%s', (_label, one) => {
    const reading = readPolicy(one.text ?? JSON.stringify(one.document), one.kind, one.options);
    expect(reading.ok ? undefined : reading.error.message).toBe(one.refused);
  });
});

test('no two rows of a table bear the same name', () => {
  const labels = [...rowsOf<DecisionCase>(({ cases }) => cases), ...rowsOf<DocumentCase>(({ documents }) => documents)];
  const names = labels.map(([label]) => label);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test('every policy of a table is asked for', () => {
  const unasked = caseFiles.flatMap(({ topic, policies = {}, cases = [] }) => {
    const asked = new Set(
      cases.flatMap(({ identity = [], boundary = '', session = [], resource = '', scps = [], rcps = [] }) => [
        ...identity,
        boundary,
        ...session,
        resource,
        ...[...scps, ...rcps].flat(),
      ]),
    );
    return Object.keys(policies)
      .filter((id) => !asked.has(id))
      .map((id) => `${topic}: ${id}`);
  });
  expect(unasked).toEqual([]);
});
