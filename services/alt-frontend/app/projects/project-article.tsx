import { useQuery } from '@tanstack/react-query';
import { type RefObject, useEffect, useRef } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { ArticleText } from '../reader/article-text.tsx';
import { neighbour } from '../reader/neighbour.ts';
import { type Place, useGoing } from '../reader/place.ts';
import { findSentence } from '../reader/sentence-places.ts';
import { guessLanguage } from '../reader/text-language.ts';
import { IconButton, iconButtonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Notice } from '../ui/notice.tsx';
import { ArticleTeam } from './article-team.tsx';
import { parseProjectPath } from './project-place.ts';
import { projectTexts } from './project-texts.ts';
import type { FullProjectArticle } from './projects-api.ts';
import { articleQuery, articlesQuery, entryIdOf, useProjectsApi } from './projects-data.ts';

interface ProjectArticleProps {
  /** Of the article, or of its pin where only a reference is here. */
  id: string;
  place: Place;
  /** The articles that are walked through from here. */
  ids: readonly string[];
  onClose(): void;
}

/** An article as it stands in a project: the same text for everybody in it. */
export function ProjectArticle({ id, place, ids, onClose }: ProjectArticleProps) {
  const t = useOwnTexts(projectTexts);
  const { source } = place;
  const projectId = (source.kind === 'projects' && parseProjectPath(source.path).id) || '';
  const passage = source.kind === 'projects' ? source.text : undefined;
  const api = useProjectsApi();
  const pins = useQuery(articlesQuery(api, projectId));
  const pin = pins.data?.find((article) => entryIdOf(article) === id);
  const full = useQuery({ ...articleQuery(api, projectId, pin?.id ?? ''), enabled: pin !== undefined });
  const error = pins.error ?? full.error;
  const retry = () => void (pins.error ? pins : full).refetch();
  return (
    <>
      <ProjectArticleBar id={id} url={pin?.url ?? null} place={place} ids={ids} onClose={onClose} />
      <div className="scroll" key={id}>
        {error && (
          <div className="p-5">
            <LoadFailed error={error} onRetry={retry} />
          </div>
        )}
        {pins.data && !pin && <Notice icon="text" title={t('gone')} />}
        {full.data && <Body article={full.data} projectId={projectId} passage={passage} />}
      </div>
    </>
  );
}

const outside = { target: '_blank', rel: 'noopener noreferrer' } as const;

function ProjectArticleBar({ id, url, place, ids, onClose }: ProjectArticleProps & { url: string | null }) {
  const { t } = useTexts();
  const going = useGoing();
  const [previous, next] = [-1, 1].map((step) => neighbour(ids, id, step));
  const open = (entryId: string | undefined) => entryId && going.to({ ...place, entryId }, true);
  return (
    <header className="bar flex-none border-b border-line md:border-transparent">
      <IconButton icon="close" label={t('action.close')} className="-ms-2" onClick={onClose} />
      <IconButton
        icon="chevron"
        className="*:-rotate-90"
        label={t('article.previous')}
        disabled={!previous}
        onClick={() => open(previous)}
      />
      <IconButton
        icon="chevron"
        className="*:rotate-90"
        label={t('article.next')}
        disabled={!next}
        onClick={() => open(next)}
      />
      <span className="flex-1" />
      {url && /^https?:/.test(url) && (
        <a
          href={url}
          {...outside}
          className={iconButtonClass}
          aria-label={t('article.original')}
          title={t('article.original')}
        >
          <Icon name="external" />
        </a>
      )}
    </header>
  );
}

interface BodyProps {
  article: FullProjectArticle;
  projectId: string;
  passage: string | undefined;
}

function Body({ article, projectId, passage }: BodyProps) {
  const t = useOwnTexts(projectTexts);
  const { dateTime } = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  const text = useRef<HTMLDivElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  usePassage(text, passage);
  const { title, feedTitle, publishedAt, contentHtml } = article;
  return (
    <article className="mx-auto max-w-[42rem] px-5 pt-6 pb-24 md:px-8 md:pt-10">
      <header className="mb-8">
        <p className="mb-2 text-sm font-medium text-accent">{feedTitle}</p>
        <h1
          ref={heading}
          tabIndex={-1}
          lang={guessLanguage(title)}
          className="font-serif text-[1.75rem]/[1.2] font-semibold text-balance outline-none md:text-[2.125rem]/[1.18]"
        >
          {title}
        </h1>
        {publishedAt && <p className="mt-3 text-sm text-soft">{dateTime(publishedAt)}</p>}
      </header>
      <div className="relative">
        <div ref={text}>
          {contentHtml === null ? <p className="text-soft">{t('notHere')}</p> : <ArticleText html={contentHtml} />}
        </div>
        <ArticleTeam projectId={projectId} pinId={article.id} text={text} />
      </div>
    </article>
  );
}

const highlightName = 'summary-source';

/** Shows and marks words of the article that somebody quoted. */
function usePassage(text: RefObject<HTMLElement | null>, passage: string | undefined): void {
  useEffect(() => {
    const range = passage && text.current ? findSentence(text.current, passage, null) : null;
    if (!range) return;
    range.startContainer.parentElement?.scrollIntoView({ block: 'center' });
    if (typeof Highlight === 'undefined') return;
    CSS.highlights.set(highlightName, new Highlight(range));
    return () => void CSS.highlights.delete(highlightName);
  }, [text, passage]);
}
