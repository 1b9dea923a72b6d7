import type { Challenge } from '@alt/contracts';
import { solveChallenge } from '@alt/contracts/proof-of-work.ts';
import type { WorkListener } from './challenge.ts';
import workerAddress from './challenge-worker.ts?worker&url';

type Wanted = Pick<Challenge, 'token' | 'bits'>;

/** The value of the header for a challenge, telling how far it is; null where it was given up. */
export async function solve(challenge: Wanted, tell: WorkListener): Promise<string | null> {
  try {
    return await new Promise<string | null>((resolve, reject) => {
      const stop = workOn(challenge, {
        onTried: (tried) => tell({ likely: 1 - Math.exp(-tried / 2 ** challenge.bits), cancel }),
        onSolved: resolve,
        onFailed: reject,
      });
      const cancel = () => {
        stop();
        resolve(null);
      };
      tell({ likely: 0, cancel });
    });
  } finally {
    tell(null);
  }
}

interface Told {
  onTried(tried: number): void;
  onSolved(solution: string): void;
  onFailed(cause: unknown): void;
}

/**
 * Searches for the solution of a challenge in a worker, so that the page stays quick; where there are none, in the page
 * itself, piece by piece. Answers how to end it.
 */
function workOn(challenge: Wanted, told: Told): () => void {
  if (typeof Worker === 'undefined') return workHere(challenge, told);
  const worker = new Worker((policy?.createScriptURL(workerAddress) ?? workerAddress) as string, { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<number | string>) => {
    if (typeof data === 'number') return told.onTried(data);
    worker.terminate();
    told.onSolved(data);
  };
  worker.onerror = (event) => {
    worker.terminate();
    told.onFailed(new Error(`The worker of the challenge failed: ${event.message}`));
  };
  worker.postMessage({ token: challenge.token, bits: challenge.bits });
  return () => worker.terminate();
}

function workHere(challenge: Wanted, { onTried, onSolved, onFailed }: Told): () => void {
  let isEnded = false;
  const goOn = (tried: number) => {
    if (isEnded) throw new Error('The work was given up');
    onTried(tried);
  };
  solveChallenge(challenge, goOn).then(onSolved, (cause: unknown) => isEnded || onFailed(cause));
  return () => {
    isEnded = true;
  };
}

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(address: string): string },
  ): {
    createScriptURL(address: string): unknown;
  };
}

/**
 * The page's policy takes no text for the address of a script (Trusted Types, W3C); this one lets a single address be. Made
 * once, for a second policy of the name is refused.
 */
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy('alt-challenge', {
  createScriptURL: () => workerAddress,
});
