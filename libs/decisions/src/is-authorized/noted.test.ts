import { expect, test } from '@jest/globals';
import { Noted } from './noted.js';

test('a text is worked out once, one that comes to nothing each time', () => {
  const asked: string[] = [];
  const lengths = new Noted((text) => {
    asked.push(text);
    return text === '' ? undefined : text.length;
  });
  expect(['a', 'bb', 'a', '', 'bb', ''].map((text) => lengths.of(text))).toEqual([1, 2, 1, undefined, 2, undefined]);
  expect(asked).toEqual(['a', 'bb', '', '']);
});

test('any number of texts takes no more than so much memory, and answers stay right', () => {
  let asked = 0;
  const texts = new Noted((text) => {
    asked += 1;
    return { text };
  });
  const first = texts.of('0');
  for (let number = 0; number < 5000; number++) expect(texts.of(String(number))).toEqual({ text: String(number) });
  expect(texts.of('0')).toEqual(first);
  expect(texts.of('0')).not.toBe(first);
  expect(asked).toBe(5001);
});
