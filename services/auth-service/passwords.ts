import { hash, verify } from '@node-rs/argon2';
import { commonPasswords } from './common-passwords.ts';

/**
 * Argon2id as the OWASP Password Storage Cheat Sheet has it: 19 MiB, two passes, one lane. About 20 ms of one core; it
 * runs on libuv's threads, four at a time.
 */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** The hash of a random password that nobody knows, so that a sign-in without an account costs what every other does. */
const NOBODYS_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$nQqk61GT5C+o9b4WhyNTNg$h0ofruDDQNidPU6j+WDqZ2Zn1xL1gH8WnhUHg25ufS4';

const MINIMUM_CHARACTERS = 8;
const MINIMUM_DIFFERENT = 4;

export function hashPassword(password: string): Promise<string> {
  return hash(plain(password), PARAMETERS);
}

/** Whether the password is that of the hash. Without a hash the same work is done, and the answer is no. */
export async function isPasswordRight(passwordHash: string | null, password: string): Promise<boolean> {
  const isRight = await verify(passwordHash ?? NOBODYS_HASH, plain(password));
  return isRight && passwordHash !== null;
}

/** What is wrong with a new password, as a sentence for the person who chose it; null if it will do. */
export function passwordWeakness(password: string, email: string): string | null {
  const text = plain(password);
  const characters = [...text];
  if (characters.length < MINIMUM_CHARACTERS) return `Take a password of at least ${MINIMUM_CHARACTERS} characters.`;
  if (new Set(characters).size < MINIMUM_DIFFERENT) {
    return 'The password repeats very few characters. Take a longer, more varied one.';
  }
  const lower = text.toLowerCase();
  if (lower === email.toLowerCase() || lower === email.toLowerCase().split('@')[0]) {
    return 'The password is the e-mail address. Take one that nobody can guess from it.';
  }
  if (commonPasswords.has(lower) || isRun(lower)) {
    return 'The password is one of the most common ones and would be guessed first. Take another, such as four random words.';
  }
  return null;
}

/** The same keys typed on another keyboard or system give the same bytes (NIST SP 800-63B-4, 3.1.1.2: NFKC). */
function plain(password: string): string {
  return password.normalize('NFKC');
}

/** One step up or down all the way: 12345678, hgfedcba. */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0);
  return [1, -1].some((step) => codes.every((code, index) => index === 0 || code - (codes[index - 1] ?? 0) === step));
}
