import type { Challenge } from './challenge.ts';

/** Hashes between two looks at what else there is to do: about 10 ms of work. */
const HASHES_AT_ONCE = 4_000;

/**
 * The value of `X-Challenge` for a challenge; 2^bits hashes on average, a fraction of a second to a few seconds. Leaves room
 * for other work in between, and tells `onTried` then how many hashes there were. With a hash of our own: browsers give
 * theirs to pages of https and localhost alone.
 */
export async function solveChallenge(
  { token, bits }: Pick<Challenge, 'token' | 'bits'>,
  onTried: (tried: number) => void = () => {},
): Promise<string> {
  for (let tried = 0; ; onTried(tried)) {
    for (const end = tried + HASHES_AT_ONCE; tried < end; tried += 1) {
      const solved = `${token}.${tried.toString(36)}`;
      if (isSolved(solved, bits)) return solved;
    }
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Whether the SHA-256 of a text begins with so many zero bits. */
export function isSolved(text: string, bits: number): boolean {
  const [first = 0] = sha256(new TextEncoder().encode(text));
  return Math.clz32(first) >= bits;
}

/** SHA-256 (FIPS 180-4) as eight words. By index and in variables: with iterators it took six times as long. */
export function sha256(message: Uint8Array): Uint32Array {
  const words = padded(message);
  const hash = Uint32Array.from(START);
  const schedule = new Uint32Array(64);
  for (let offset = 0; offset < words.length; offset += 16) {
    schedule.set(words.subarray(offset, offset + 16));
    extend(schedule);
    compress(hash, schedule);
  }
  return hash;
}

function padded(message: Uint8Array): Uint32Array {
  const words = new Uint32Array((((message.length + 8) >> 6) + 1) * 16);
  for (let index = 0; index < message.length; index += 1)
    words[index >> 2] = at(words, index >> 2) | ((message[index] ?? 0) << (24 - 8 * (index & 3)));
  words[message.length >> 2] = at(words, message.length >> 2) | (0x80 << (24 - 8 * (message.length & 3)));
  words[words.length - 1] = message.length * 8;
  return words;
}

function extend(schedule: Uint32Array): void {
  for (let index = 16; index < 64; index += 1) {
    const before15 = at(schedule, index - 15);
    const before2 = at(schedule, index - 2);
    const low = rotated(before15, 7) ^ rotated(before15, 18) ^ (before15 >>> 3);
    const high = rotated(before2, 17) ^ rotated(before2, 19) ^ (before2 >>> 10);
    schedule[index] = at(schedule, index - 16) + low + at(schedule, index - 7) + high;
  }
}

function compress(hash: Uint32Array, schedule: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = hash;
  for (let round = 0; round < 64; round += 1) {
    const upper = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const first = (h + upper + ((e & f) ^ (~e & g)) + at(ROUNDS, round) + at(schedule, round)) | 0;
    const lower = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const second = (lower + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  const state = Uint32Array.of(a, b, c, d, e, f, g, h);
  for (let index = 0; index < 8; index += 1) hash[index] = at(hash, index) + at(state, index);
}

function rotated(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

function at(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

/** The first 32 bits of the fractional parts of the square roots of the first 8 primes. */
const START = fractions(8, 1 / 2);
/** … and of the cube roots of the first 64. */
const ROUNDS = fractions(64, 1 / 3);

function fractions(count: number, exponent: number): Uint32Array {
  const primes: number[] = [];
  for (let number = 2; primes.length < count; number += 1) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  }
  return Uint32Array.from(primes, (prime) => (prime ** exponent % 1) * 2 ** 32);
}
