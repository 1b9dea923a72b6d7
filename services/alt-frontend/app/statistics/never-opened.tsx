import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../data/api-context.ts';
import { useAct } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useSubscriptions } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { statisticsTexts } from './statistics-texts.ts';

/** Feeds of which nothing was opened, with the way to be rid of them. */
export function NeverOpened({ ids }: { ids: readonly string[] }) {
  const t = useOwnTexts(statisticsTexts);
  const api = useApi();
  const act = useAct();
  const cache = useQueryClient();
  const [leaving, setLeaving] = useState<{ id: string; title: string } | null>(null);
  const feeds = useSubscriptions().filter(({ id }) => ids.includes(id));
  if (feeds.length === 0) return null;
  const leave = async (id: string) => {
    setLeaving(null);
    await act(() => api.unsubscribe(id));
    for (const queryKey of [keys.subscriptions, keys.counters, keys.entries, keys.statistics]) {
      await cache.invalidateQueries({ queryKey });
    }
  };
  return (
    <section className="border-t border-line py-6">
      <h2 className="font-serif text-lg">{t('never')}</h2>
      <p className="mt-1 mb-2 text-sm text-soft">{t('neverText', { count: feeds.length })}</p>
      <ul>
        {feeds.map(({ id, title }) => (
          <li key={id} className="flex items-center gap-3 border-b border-line py-1.5">
            <span className="min-w-0 flex-1 truncate text-[0.9375rem]">{title}</span>
            <Button aria-label={t('leaveLabel', { name: title })} onClick={() => setLeaving({ id, title })}>
              {t('leave')}
            </Button>
          </li>
        ))}
      </ul>
      {leaving && (
        <Confirm
          title={t('leaveLabel', { name: leaving.title })}
          text={t('leaveText')}
          action={t('leave')}
          isDangerous
          onCancel={() => setLeaving(null)}
          onConfirm={() => void leave(leaving.id)}
        />
      )}
    </section>
  );
}
