import { isSolved } from '@alt/contracts';
import { expect, test } from 'vitest';
import { withChallengeSolved } from './challenge.ts';
import { ApiProblem } from './problem.ts';

test('a challenge is solved and the same asked once more; any other problem is the caller’s', async () => {
  const sent: Record<string, string>[] = [];
  const answer = await withChallengeSolved(async (headers) => {
    sent.push(headers);
    if (sent.length > 1) return 'in';
    throw new ApiProblem(403, { code: 'challenge-required', challenge: { token: 'a-token', bits: 9 } });
  });
  expect(answer).toBe('in');
  expect(sent[0]).toEqual({});
  expect(isSolved(sent[1]?.['x-challenge'] ?? '', 9)).toBe(true);
  const other = new ApiProblem(401, { code: 'wrong-credentials' });
  await expect(withChallengeSolved(() => Promise.reject(other))).rejects.toBe(other);
});
