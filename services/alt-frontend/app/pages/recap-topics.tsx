import type { Recap } from '../api/enrichment.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { pageTexts } from './page-texts.ts';

type Story = Recap['topics'][number]['stories'][number];
type Reason = Story['reasons'][number];

/** The stories of a recap by topic, each with why it is in it. */
export function RecapTopics({ topics, place }: { topics: Recap['topics']; place: Place }) {
  return topics.map(({ name, stories }, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: topics of a recap do not move and may share a name
    <section key={index} className="py-4">
      <h3 className="text-sm font-medium text-accent">{name}</h3>
      {stories.map((story) => (
        <StoryText key={story.id} story={story} place={place} />
      ))}
    </section>
  ));
}

function StoryText({ story, place }: { story: Story; place: Place }) {
  const t = useOwnTexts(pageTexts);
  const texts = useTexts();
  const open = (id: string) => ({
    place: { ...place, entryId: id },
    isReplacing: place.entryId !== undefined,
    'aria-current': place.entryId === id ? ('true' as const) : undefined,
  });
  return (
    <article className="py-2.5">
      <h4>
        <PlaceLink
          {...open(story.id)}
          className="inline-flex min-h-11 items-center font-serif text-lg/snug font-semibold hover:underline md:min-h-0"
        >
          <span lang={guessLanguage(story.title)}>{story.title || texts.t('list.untitled')}</span>
        </PlaceLink>
      </h4>
      {story.summary && (
        <p lang={guessLanguage(story.summary)} className="py-1 text-[0.9375rem]/relaxed">
          {story.summary}
        </p>
      )}
      <p className="text-[0.8125rem] text-soft">
        <span>{story.feed.title}</span>
        {story.reasons.length > 0 && (
          <>
            {' · '}
            <span className="sr-only">{t('why')}: </span>
            {story.reasons.map((reason) => reasonText(reason, t)).join(', ')}
          </>
        )}
      </p>
      {story.articles.length > 0 && (
        <ul aria-label={t('also')} className="pt-1 text-[0.8125rem]">
          {story.articles.map(({ id, title, feed }) => (
            <li key={id}>
              <PlaceLink {...open(id)} className="flex min-h-11 items-center gap-1.5 hover:underline md:min-h-7">
                <span className="shrink-0 text-soft">{feed.title}</span>
                <span lang={guessLanguage(title)} className="min-w-0 truncate">
                  {title || texts.t('list.untitled')}
                </span>
              </PlaceLink>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

function reasonText({ code, count, tag }: Reason, t: ReturnType<typeof useOwnTexts<(typeof pageTexts)['en']>>): string {
  if (code === 'many-feeds' || code === 'many-articles') return t(`reason.${code}`, { count: count ?? 0 });
  if (code === 'tag') return t('reason.tag', { tag: tag ?? '' });
  return t(`reason.${code}`);
}
