import type { Challenge } from '@alt/contracts';
import { solveChallenge } from '@alt/contracts/proof-of-work.ts';

/** Runs in a worker: takes a challenge, tells how many hashes it tried (a number), at the end the solution (a text). */
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<Pick<Challenge, 'token' | 'bits'>>) => void;
  postMessage(message: number | string): void;
};

scope.onmessage = ({ data }) => {
  let toldAt = performance.now();
  const tell = (tried: number) => {
    const now = performance.now();
    // More often nobody sees.
    if (now - toldAt < 100) return;
    toldAt = now;
    scope.postMessage(tried);
  };
  void solveChallenge(data, tell).then((solution) => scope.postMessage(solution));
};
