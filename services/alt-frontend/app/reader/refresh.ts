import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { useApi } from '../data/api-context.ts';
import { keys } from '../data/keys.ts';
import type { Source } from '../data/sources.ts';
import { type Texts, useTexts } from '../language/translate.ts';
import { useToasts } from '../ui/toasts.tsx';

export interface Refresh {
  isRunning: boolean;
  /** Has the feeds of the list fetched now; what they bring comes by event. */
  run(): void;
  /** Loads the list again, with what has arrived. */
  reload(): void;
}

/** Looking for new articles, at their sites or only on the server. */
export function useRefresh(source: Source, reloadLists: () => Promise<void>, forgetArrived: () => void): Refresh {
  const cache = useQueryClient();
  const { problem } = useTexts();
  const { show } = useToasts();
  const [isRunning, setIsRunning] = useState(false);
  const poll = usePoll(source);
  const look = useCallback(
    async (before: () => Promise<void>) => {
      setIsRunning(true);
      forgetArrived();
      try {
        await before();
        await Promise.all([
          reloadLists(),
          cache.invalidateQueries({ queryKey: keys.counters }),
          cache.invalidateQueries({ queryKey: keys.subscriptions }),
        ]);
      } catch (error) {
        show({ text: problem(error), tone: 'error' });
      } finally {
        setIsRunning(false);
      }
    },
    [cache, forgetArrived, problem, reloadLists, show],
  );
  return {
    isRunning,
    run: useCallback(() => void look(poll), [look, poll]),
    reload: useCallback(() => void look(async () => {}), [look]),
  };
}

/** Asks for the polls of a source, and says what that begins; a list across feeds begins none. */
function usePoll({ kind, ...rest }: Source): () => Promise<void> {
  const api = useApi();
  const { t, dateTime } = useTexts();
  const { show } = useToasts();
  const id = 'id' in rest ? rest.id : '';
  return useCallback(async () => {
    if (kind === 'feed') {
      show({ text: refreshText(await api.refreshSubscription(id), { t, dateTime }) });
    }
    if (kind === 'all' || kind === 'folder') {
      const { polls } = await api.refreshSubscriptions(kind === 'folder' ? { folderId: id } : {});
      show({ text: polls > 0 ? t('list.refreshStarted', { count: polls }) : t('list.refreshedAlready') });
    }
  }, [api, dateTime, id, kind, show, t]);
}

/** What follows when a feed is asked for: soon, or not before a time that the site named. */
export function refreshText(
  poll: { nextPollAt: string; delayedBy: string | null },
  { t, dateTime }: Pick<Texts, 't' | 'dateTime'>,
): string {
  if (poll.delayedBy === null) return t('feed.refreshStarted');
  return t('feed.refreshDelayed', { time: dateTime(poll.nextPollAt) });
}
