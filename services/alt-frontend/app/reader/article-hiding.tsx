import { useQueryClient } from '@tanstack/react-query';
import type { Entry } from '../api/api.ts';
import { useApi } from '../data/api-context.ts';
import { refreshLists } from '../data/changes.ts';
import { useAct } from '../data/enrichment.ts';
import { removeEntries } from '../data/entry-cache.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useToasts } from '../ui/toasts.tsx';
import { articleTexts } from './article-texts.ts';
import { type Place, useGoing } from './place.ts';

/** Takes an article and its story out of all lists, or back into them where the list of hidden ones is shown. */
export function ArticleHiding({ entry, place }: { entry: Pick<Entry, 'id'>; place: Place }) {
  const t = useOwnTexts(articleTexts);
  const going = useGoing();
  const { show } = useToasts();
  const setHidden = useSetHidden(entry.id);
  const isHidden = place.source.kind === 'hidden';
  const toggle = async () => {
    if (!(await setHidden(!isHidden))) return;
    going.back({ ...place, entryId: undefined });
    if (isHidden) return;
    show({ text: t('wasHidden'), action: { label: t('undo'), run: () => void setHidden(false) } });
  };
  return (
    <button
      type="button"
      onClick={() => void toggle()}
      className="inline-flex min-h-11 items-center rounded-lg px-2 text-soft hover:bg-hover hover:text-ink md:min-h-8"
    >
      {t(isHidden ? 'unhide' : 'hide')}
    </button>
  );
}

function useSetHidden(id: string): (hidden: boolean) => Promise<boolean> {
  const api = useApi();
  const cache = useQueryClient();
  const act = useAct();
  return async (hidden) => {
    const isDone = await act(() => api.updateEntries({ ids: [id], hidden }));
    if (!isDone) return false;
    if (hidden) removeEntries(cache, new Set([id]));
    await Promise.all([!hidden && refreshLists(cache), cache.invalidateQueries({ queryKey: keys.counters })]);
    return true;
  };
}
