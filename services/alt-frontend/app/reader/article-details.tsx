import type { ReactNode } from 'react';
import type { FullEntry } from '../api/api.ts';
import { useTexts } from '../language/translate.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { isSafe } from './enclosures.tsx';

type Podcast = NonNullable<FullEntry['podcast']>;

const outside = { target: '_blank', rel: 'noopener noreferrer' } as const;

/** What an episode is and who is in it, and what there is to read of it. */
export function Episode({ podcast }: { podcast: Podcast }) {
  const { t } = useTexts();
  const { season, episode, transcripts, chapters, persons } = podcast;
  const facts = [
    season !== null && episode !== null && t('article.seasonEpisode', { season, episode }),
    season !== null && episode === null && t('article.season', { season }),
    season === null && episode !== null && t('article.episodeNumber', { episode }),
    podcast.isExplicit && t('article.explicit'),
  ].filter(Boolean);
  const readable = transcripts.filter(({ url }) => isSafe(url));
  return (
    <section aria-label={t('article.episode')} className="mt-8 flex flex-col gap-2 text-sm text-soft">
      {facts.length > 0 && <p>{facts.join(' · ')}</p>}
      {persons.length > 0 && (
        <ul aria-label={t('article.persons')} className="flex flex-wrap gap-x-4 gap-y-1">
          {persons.map((person) => (
            <li key={`${person.name} ${person.role}`}>
              <Person person={person} />
            </li>
          ))}
        </ul>
      )}
      {(readable.length > 0 || chapters) && (
        <p className="flex flex-wrap gap-x-4">
          {readable.map((transcript) => (
            <QuietLink key={transcript.url} url={transcript.url} icon="text">
              {[t('article.transcript'), transcriptFacts(transcript)].filter(Boolean).join(' ')}
            </QuietLink>
          ))}
          {chapters && isSafe(chapters.url) && (
            <QuietLink url={chapters.url} icon="all">
              {t('article.chapters')}
            </QuietLink>
          )}
        </p>
      )}
    </section>
  );
}

function Person({ person: { name, role, url, imageUrl } }: { person: Podcast['persons'][number] }) {
  return (
    <span className="inline-flex min-h-8 items-center gap-2">
      {imageUrl && (
        <img src={imageUrl} alt="" width={24} height={24} loading="lazy" className="size-6 rounded-full object-cover" />
      )}
      {url && isSafe(url) ? (
        <a href={url} {...outside} className="text-accent hover:underline">
          {name}
        </a>
      ) : (
        name
      )}
      {role && <span>({role})</span>}
    </span>
  );
}

const formats: Readonly<Record<string, string>> = {
  'text/html': 'HTML',
  'text/plain': 'TXT',
  'text/vtt': 'VTT',
  'application/srt': 'SRT',
  'application/x-subrip': 'SRT',
  'application/json': 'JSON',
};

/** `(VTT, ja)`, as far as it is known. */
function transcriptFacts({ type, language }: Podcast['transcripts'][number]): string {
  const facts = [formats[type?.toLowerCase() ?? ''], language].filter(Boolean);
  return facts.length > 0 ? `(${facts.join(', ')})` : '';
}

/** Where the talk about an article is, what it answers, and where it happened: links only, nothing is loaded. */
export function ArticleLinks({ entry }: { entry: FullEntry }) {
  const { t } = useTexts();
  const { comments, inReplyToUrl, location } = entry;
  const commentsUrl = comments?.url && isSafe(comments.url) ? comments.url : null;
  const replyUrl = inReplyToUrl && isSafe(inReplyToUrl) ? inReplyToUrl : null;
  if (!commentsUrl && !replyUrl && !location) return null;
  return (
    <div className="mt-8 flex flex-col items-start text-[0.9375rem]">
      {replyUrl && (
        <QuietLink url={replyUrl} icon="back">
          {t('article.inReplyTo')}
        </QuietLink>
      )}
      {location && (
        <QuietLink url={mapUrl(location)} icon="place" title={t('article.showOnMap')}>
          {location.name ?? `${location.latitude.toFixed(4)}, ${location.longitude.toFixed(4)}`}
        </QuietLink>
      )}
      {commentsUrl && (
        <QuietLink url={commentsUrl} icon="comments">
          <CommentsText count={comments?.count ?? null} />
        </QuietLink>
      )}
    </div>
  );
}

function CommentsText({ count }: { count: number | null }) {
  const { t, number } = useTexts();
  return count === null ? t('article.comments') : t('article.commentsCounted', { count: number(count) });
}

function mapUrl({ latitude, longitude }: NonNullable<FullEntry['location']>): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=12/${latitude}/${longitude}`;
}

interface QuietLinkProps {
  url: string;
  icon: IconName;
  title?: string;
  children: ReactNode;
}

function QuietLink({ url, icon, title, children }: QuietLinkProps) {
  return (
    <a
      href={url}
      {...outside}
      title={title}
      className="inline-flex min-h-11 items-center gap-2 text-accent hover:underline"
    >
      <Icon name={icon} />
      {children}
    </a>
  );
}
