import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isSolved, sha256, solveChallenge } from './proof-of-work.ts';

test('the hash is SHA-256, whatever the length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const own = [...sha256(bytes)].map((word) => word.toString(16).padStart(8, '0')).join('');
      expect(own).toBe(createHash('sha256').update(bytes).digest('hex'));
    }),
  );
});

test('a solution begins with the zeros that were asked for', async () => {
  const solved = await solveChallenge({ token: 'a.token', bits: 11 });
  expect(solved.startsWith('a.token.')).toBe(true);
  const digest = createHash('sha256').update(solved).digest();
  expect(digest.readUInt32BE(0) >>> 21).toBe(0);
  expect(isSolved(solved, 11)).toBe(true);
  expect(isSolved('a.token.', 30)).toBe(false);
});
