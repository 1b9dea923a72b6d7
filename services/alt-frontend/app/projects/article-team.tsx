import { useQuery } from '@tanstack/react-query';
import { type RefObject, useEffect, useState } from 'react';
import { SelectionTools, toolClass } from '../annotations/selection-tools.tsx';
import { useOwnTexts } from '../language/own-texts.ts';
import { findQuotes, type Quote, selectedQuote } from '../reader/quote-places.ts';
import { guessLanguage } from '../reader/text-language.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { Notes } from './notes.tsx';
import type { ProjectHighlight } from './projects-api.ts';
import { projectKey, projectQuery, rightsIn, useProjectAct, useProjectsApi } from './projects-data.ts';
import { teamTexts } from './team-texts.ts';

interface ArticleTeamProps {
  projectId: string;
  pinId: string;
  /** The element that holds the article's text. */
  text: RefObject<HTMLElement | null>;
}

/** What the team says of an article of a project: its highlights and its notes. */
export function ArticleTeam({ projectId, pinId, text }: ArticleTeamProps) {
  const t = useOwnTexts(teamTexts);
  const api = useProjectsApi();
  const project = useQuery(projectQuery(api, projectId)).data;
  const highlights = useQuery({
    queryKey: projectKey(projectId, 'highlights', pinId),
    queryFn: () => api.highlights(projectId, pinId),
    staleTime: 15_000,
  }).data;
  useMarked(text, highlights);
  if (!project) return null;
  const { mayWrite } = rightsIn(project);
  return (
    <div className="mt-12 border-t border-line pt-6 font-sans">
      <section aria-label={t('highlights')}>
        <div className="flex flex-wrap items-center gap-3">
          <h2 className="min-w-0 flex-1 text-base font-semibold">{t('highlights')}</h2>
          {mayWrite && <HighlightButton projectId={projectId} pinId={pinId} text={text} />}
        </div>
        <ul>
          {highlights?.map((highlight) => (
            <HighlightLine key={highlight.id} highlight={highlight} projectId={projectId} mayWrite={mayWrite} />
          ))}
        </ul>
      </section>
      <section aria-label={t('onArticle')} className="pt-8">
        <h2 className="pb-3 text-base font-semibold">{t('onArticle')}</h2>
        <Notes project={project} pinId={pinId} />
      </section>
    </div>
  );
}

/** Highlighting the selected words: by the button, or by the tools beside them. */
function HighlightButton({ projectId, pinId, text }: ArticleTeamProps) {
  const t = useOwnTexts(teamTexts);
  const api = useProjectsApi();
  const act = useProjectAct(projectId);
  const { show } = useToasts();
  const [isBusy, setIsBusy] = useState(false);
  const highlight = (quote: Quote | undefined) => {
    if (!quote) {
      show({ text: t('selectFirst') });
      return;
    }
    setIsBusy(true);
    void act(() => api.createHighlight(projectId, { pinId, ...quote })).then((isDone) => {
      setIsBusy(false);
      if (isDone) window.getSelection()?.removeAllRanges();
    });
  };
  return (
    <>
      <Button
        className="px-3! text-sm! md:min-h-8!"
        // A press would take the selection away.
        onPointerDown={(event) => event.preventDefault()}
        onClick={() => highlight(selectedQuote(text.current)?.quote)}
      >
        {t('highlight')}
      </Button>
      <SelectionTools text={text} isBusy={isBusy} onKey={(_, quote) => highlight(quote)}>
        {(quote) => (
          <button
            type="button"
            aria-keyshortcuts="h"
            disabled={isBusy}
            onClick={() => highlight(quote)}
            className={toolClass}
          >
            <Icon name="highlight" className="size-4 text-soft" />
            {t('highlightShort')}
          </button>
        )}
      </SelectionTools>
    </>
  );
}

const highlightName = 'project-highlight';

/** Marks the highlighted words of the article without touching its nodes; older browsers go without. */
function useMarked(text: RefObject<HTMLElement | null>, highlights: readonly ProjectHighlight[] | undefined): void {
  useEffect(() => {
    const element = text.current;
    if (!element || !highlights || typeof Highlight === 'undefined') return;
    const ranges = findQuotes(element, highlights).filter((range) => range !== null);
    CSS.highlights.set(highlightName, new Highlight(...ranges));
    return () => void CSS.highlights.delete(highlightName);
  }, [text, highlights]);
}

interface HighlightLineProps {
  highlight: ProjectHighlight;
  projectId: string;
  mayWrite: boolean;
}

function HighlightLine({ highlight: { id, quote, createdBy }, projectId, mayWrite }: HighlightLineProps) {
  const t = useOwnTexts(teamTexts);
  const api = useProjectsApi();
  const act = useProjectAct(projectId);
  return (
    <li className="flex items-start gap-2 border-b border-line py-3">
      <div className="min-w-0 flex-1">
        <blockquote lang={guessLanguage(quote)} className="font-serif text-base/relaxed">
          {quote}
        </blockquote>
        <p className="text-[0.8125rem] text-soft">{createdBy?.name ?? t('gone')}</p>
      </div>
      {mayWrite && (
        <IconButton
          icon="close"
          label={t('removeHighlight', { quote: quote.slice(0, 40) })}
          onClick={() => void act(() => api.deleteHighlight(projectId, id))}
        />
      )}
    </li>
  );
}
