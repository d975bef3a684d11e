import { expect, test } from '@jest/globals';
import { policySize } from './policy-size.js';

test('white space is not counted (requirements-4 LIM-10)', () => {
  expect(policySize('{ "Version":\t"2012-10-17"\r\n}')).toBe('{"Version":"2012-10-17"}'.length);
  expect(policySize(' \n\t\r')).toBe(0);
  expect(policySize('')).toBe(0);
  expect(policySize('\v\f')).toBe(0);
  expect(policySize('\b\u000e!')).toBe(3);
});
