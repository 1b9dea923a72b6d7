import type { Challenge } from '@alt/contracts';
import { ApiProblem } from './problem.ts';

/** A proof of work that is being done. */
export interface Work {
  /** How probable it was that it would be done by now, 0 to 1: it is a search, and nobody knows when it ends. */
  likely: number;
  /** Gives it up; what was asked fails with the problem that asked for the work. */
  cancel(): void;
}

/** Told of work that goes on, and null when there is none any more. */
export type WorkListener = (work: Work | null) => void;

/**
 * Asks, and where the server wants a proof of work first (somebody at this address tries many accounts), does the work and
 * asks once more. The work takes a moment, is done beside the page, and its code is loaded when it is needed.
 */
export async function withChallengeSolved<Answer>(
  ask: (headers: Record<string, string>) => Promise<Answer>,
  tell: WorkListener = () => {},
): Promise<Answer> {
  try {
    return await ask({});
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'challenge-required') throw error;
    const { solve } = await import('./challenge-work.ts');
    const solution = await solve(error.document.challenge as Challenge, tell);
    if (solution === null) throw error;
    return ask({ 'x-challenge': solution });
  }
}
