import { Secret } from 'otpauth';
import { expect, test } from 'vitest';
import { totpStepOf } from './totp.ts';

// RFC 6238, appendix B: SHA-1, the last six of its eight digits.
const SECRET = Secret.fromLatin1('12345678901234567890').base32;

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
])('at %i s the code is %s, as the RFC says', (seconds, code) => {
  expect(totpStepOf(SECRET, code, new Date(seconds * 1000))).toBe(Math.floor(seconds / 30));
});

test('the step before and the one after count, and keep their own number; no others do', () => {
  const step = Math.floor(1_111_111_109 / 30);
  const at = (steps: number) => new Date((step + steps) * 30_000 + 5_000);
  expect([-1, 0, 1].map((steps) => totpStepOf(SECRET, '081804', at(steps)))).toEqual([step, step, step]);
  expect([-2, 2, 100].map((steps) => totpStepOf(SECRET, '081804', at(steps)))).toEqual([null, null, null]);
});

test.each(['', '28708', '2870822', '28708a', '２８７０８２', '+28708', '287 082 0'])('"%s" is no code', (code) => {
  expect(totpStepOf(SECRET, code, new Date(59_000))).toBeNull();
});

test('spaces and dashes, as authenticators show them, do not matter', () => {
  expect(totpStepOf(SECRET, ' 287 082', new Date(59_000))).toBe(1);
  expect(totpStepOf(SECRET, '287-082', new Date(59_000))).toBe(1);
});
