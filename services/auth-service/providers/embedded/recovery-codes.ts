import { randomInt } from 'node:crypto';
import { hashPassword } from '../../passwords.ts';

/** Without 0, 1, i, l and o, which are misread on paper; the first ten also say a code's position. */
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz';
const COUNT = 10;
const RANDOM_LETTERS = 15;

export interface NewRecoveryCode {
  position: number;
  code: string;
  codeHash: string;
}

/**
 * Ten codes of four groups of four: a letter for the position, and 74 random bits. Hashed slowly, like passwords, since
 * they are short enough to be copied by hand; the position spares trying ten hashes.
 */
export async function makeRecoveryCodes(): Promise<NewRecoveryCode[]> {
  return Promise.all(
    Array.from({ length: COUNT }, async (_, position) => {
      const random = Array.from({ length: RANDOM_LETTERS }, () => ALPHABET[randomInt(ALPHABET.length)]);
      const letters = `${ALPHABET[position]}${random.join('')}`;
      return { position, code: letters.replace(/(.{4})(?=.)/g, '$1-'), codeHash: await hashPassword(letters) };
    }),
  );
}

/** A code as it is hashed, and its position, from what somebody typed; null if it cannot be one. */
export function readRecoveryCode(typed: string): { letters: string; position: number } | null {
  const letters = typed.toLowerCase().replace(/[\s-]/g, '');
  const position = ALPHABET.indexOf(letters.charAt(0));
  if (letters.length !== RANDOM_LETTERS + 1 || position < 0 || position >= COUNT) return null;
  return { letters, position };
}
