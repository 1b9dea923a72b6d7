import { useQueryClient } from '@tanstack/react-query';
import type { Entry, FullEntry } from '../api/api.ts';
import { useAct, useEnrichment } from '../data/enrichment.ts';
import { changeEntry } from '../data/entry-cache.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Icon } from '../ui/icons.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { articleTexts } from './article-texts.ts';
import type { Place } from './place.ts';
import { PlaceLink } from './place-link.tsx';

interface ArticleTagsProps {
  /** How far its tags are is known as soon as the whole entry has come. */
  entry: Pick<Entry, 'id' | 'tags'> & Partial<Pick<FullEntry, 'tagging'>>;
  place: Place;
}

/** What an article is about: each tag leads to its list, and can be sent away for good. */
export function ArticleTags({ entry, place }: ArticleTagsProps) {
  const t = useOwnTexts(articleTexts);
  const veto = useVeto(entry);
  if (entry.tags.length === 0) {
    const state = entry.tagging?.state;
    return (
      <p role="status" className="mt-1 text-sm text-soft empty:hidden">
        {state && state !== 'ready' && t(`tags.${state}`)}
      </p>
    );
  }
  return (
    <ul aria-label={t('tags')} className="mt-1 flex flex-wrap gap-x-2 gap-y-1 text-sm">
      {entry.tags.map((name) => (
        <li key={name} className="group inline-flex items-center rounded-full bg-hover">
          <PlaceLink
            place={{ source: { kind: 'tag', name }, isHome: false, entryId: place.entryId }}
            className="inline-flex min-h-11 items-center rounded-full ps-3 pe-1 text-ink hover:underline md:min-h-7"
          >
            {name}
          </PlaceLink>
          <button
            type="button"
            aria-label={t('notThisTag', { name })}
            title={t('notThisTag', { name })}
            onClick={() => veto(name)}
            className="inline-flex min-h-11 w-9 items-center justify-center rounded-full text-soft hover:text-ink md:min-h-7 md:w-7"
          >
            <Icon name="close" className="size-3.5" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Says that a tag is never to be shown again, with a way to take that back. */
function useVeto({ id, tags }: Pick<Entry, 'id' | 'tags'>): (name: string) => void {
  const api = useEnrichment();
  const cache = useQueryClient();
  const act = useAct();
  const { show } = useToasts();
  const t = useOwnTexts(articleTexts);
  const lift = async (name: string) => {
    if (await act(() => api.liftVeto(name))) changeEntry(cache, id, { tags });
  };
  const veto = async (name: string) => {
    changeEntry(cache, id, { tags: tags.filter((other) => other !== name) });
    if (!(await act(() => api.veto(name)))) return changeEntry(cache, id, { tags });
    show({ text: t('vetoed', { name }), action: { label: t('undo'), run: () => void lift(name) } });
  };
  return (name) => void veto(name);
}
