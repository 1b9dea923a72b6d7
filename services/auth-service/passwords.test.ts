import { expect, test } from 'vitest';
import { commonPasswords } from './common-passwords.ts';
import { hashPassword, isPasswordRight, passwordWeakness } from './passwords.ts';

test.each([
  'short',
  '1234567',
  'aaaaaaaaaaaa',
  'abababababab',
  'Password123',
  'QWERTYUIOP',
  'ada@example.org',
  'stuvwxyz',
])('"%s" is refused with a sentence', (password) => {
  expect(passwordWeakness(password, 'ada@example.org')).toMatch(/^[A-Z].*\.$/);
});

test.each(['four green bicycles sing', 'パスワードは秘密です', 'Tr0ub4dor&3', '  spaces count  '])(
  '"%s" will do',
  (password) => {
    expect(passwordWeakness(password, 'ada@example.org')).toBeNull();
  },
);

test('every common password is refused', () => {
  for (const password of commonPasswords)
    expect([password, passwordWeakness(password, 'a@example.org')]).not.toContain(null);
});

test('a hash is argon2id with the parameters of OWASP, and takes the same password however it was typed', async () => {
  const hash = await hashPassword('caf\u00e9 au lait');
  expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await isPasswordRight(hash, 'cafe\u0301 au lait')).toBe(true);
  expect(await isPasswordRight(hash, 'cafe au lait')).toBe(false);
  expect(await isPasswordRight(null, 'anything')).toBe(false);
});
