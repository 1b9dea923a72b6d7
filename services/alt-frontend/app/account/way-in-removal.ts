import { ApiProblem } from '../api/problem.ts';
import { useAttempt } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useToasts } from '../ui/toasts.tsx';
import { signOnTexts } from './sign-on-texts.ts';

/** Takes a way into the account away; the server keeps the last one, and then it says what to do first. */
export function useWayInRemoval(): (remove: () => Promise<unknown>) => Promise<boolean> {
  const t = useOwnTexts(signOnTexts);
  const attempt = useAttempt(keys.account);
  const { show } = useToasts();
  return (remove) =>
    attempt(() =>
      remove().catch((error: unknown) => {
        if (!(error instanceof ApiProblem) || error.code !== 'conflict') throw error;
        show({ text: t('lastWay'), tone: 'error' });
      }),
    );
}
