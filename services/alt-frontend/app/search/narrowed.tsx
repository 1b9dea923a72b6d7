import { useFolders, useSubscriptions } from '../data/queries.ts';
import type { Narrowing, Source } from '../data/sources.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { useGoing } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { Icon } from '../ui/icons.tsx';
import { dayName, languageName } from './facet-names.ts';
import { searchTexts } from './search-texts.ts';

export type SearchSource = Extract<Source, { kind: 'search' }>;

/** Where a search looks, part by part; each can be taken away. */
export function Narrowed({ source }: { source: SearchSource }) {
  const t = useOwnTexts(searchTexts);
  const nameOf = useNames();
  const { order: _order, ...parts } = source.narrowing ?? {};
  const shown = (Object.keys(parts) as (keyof typeof parts)[]).flatMap((name) => {
    const value = parts[name];
    return value === undefined ? [] : [{ name, title: nameOf(name, value) }];
  });
  if (shown.length === 0) return null;
  return (
    <ul aria-label={t('within')} className="flex flex-wrap items-center gap-2 py-1">
      <li aria-hidden="true">{t('within')}</li>
      {shown.map(({ name, title }) => (
        <li key={name} className="min-w-0">
          <PlaceLink
            place={{ source: { ...source, narrowing: { ...source.narrowing, [name]: undefined } }, isHome: false }}
            isReplacing
            aria-label={t('widen', { title })}
            title={t('widen', { title })}
            className="inline-flex min-h-11 max-w-60 items-center gap-1 rounded-full bg-hover ps-3 pe-2 text-ink hover:underline md:min-h-7"
          >
            <span className="truncate">{title}</span>
            <Icon name="close" className="size-3.5 text-soft" />
          </PlaceLink>
        </li>
      ))}
    </ul>
  );
}

function useNames(): (name: keyof Narrowing, value: string) => string {
  const t = useOwnTexts(searchTexts);
  const { language } = useTexts();
  const subscriptions = useSubscriptions();
  const folders = useFolders();
  return (name, value) => {
    if (name === 'subscription') return subscriptions.find(({ id }) => id === value)?.title ?? value;
    if (name === 'feed') return subscriptions.find(({ feed }) => feed.id === value)?.title ?? value;
    if (name === 'folder') return folders.find(({ id }) => id === value)?.name ?? value;
    if (name === 'day') return dayName(value, language);
    if (name !== 'language') return value;
    return value === 'und' ? t('unknownLanguage') : languageName(value, language);
  };
}

const orders = ['relevance', 'newest', 'oldest'] as const;

/** What comes first. */
export function SearchOrder({ source }: { source: SearchSource }) {
  const t = useOwnTexts(searchTexts);
  const going = useGoing();
  const { order, ...rest } = source.narrowing ?? {};
  const choose = (chosen: string) => {
    const narrowing = chosen === 'relevance' ? rest : { ...rest, order: chosen };
    going.to({ source: { ...source, narrowing }, isHome: false }, true);
  };
  return (
    <label className="inline-flex min-h-11 items-center gap-1.5 md:min-h-8">
      <span className="sr-only">{t('order')}</span>
      <select
        value={order ?? 'relevance'}
        onChange={(event) => choose(event.currentTarget.value)}
        className="min-h-11 rounded-lg border border-edge bg-raised px-2 text-ink md:min-h-8"
      >
        {orders.map((name) => (
          <option key={name} value={name}>
            {t(`order.${name}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
