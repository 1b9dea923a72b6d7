import { useQueryClient } from '@tanstack/react-query';
import { Fragment, type MouseEvent, type RefObject, useEffect, useState } from 'react';
import type { FullEntry } from '../api/api.ts';
import { useAct, useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { articleTexts } from './article-texts.ts';
import { findSentence } from './sentence-places.ts';

type Summary = FullEntry['summary'];

interface ArticleSummaryProps {
  entry: FullEntry;
  /** The element that holds the article's text, and the HTML it shows now. */
  text: RefObject<HTMLElement | null>;
  html: string;
}

/** The summary of an article, or in words why there is none; its sentences lead to where they stand in the article. */
export function ArticleSummary({ entry, text, html }: ArticleSummaryProps) {
  const t = useOwnTexts(articleTexts);
  const request = useRequestSummary(entry.id);
  const { summary } = entry;
  if (summary.state === 'none' && html.trim() === '') return null;
  return (
    <section aria-label={t('summary')} className="mb-8 font-sans text-sm text-soft">
      <div role="status">
        {summary.state === 'pending' && t('summaryPending')}
        {(summary.state === 'none' || summary.state === 'failed') && <WhyNone summary={summary} />}
      </div>
      {(summary.state === 'none' || summary.state === 'failed') && (
        <Button className="px-3! text-sm! font-normal! md:min-h-8!" onClick={request}>
          {t(summary.state === 'none' ? 'summarise' : 'again')}
        </Button>
      )}
      {summary.state === 'ready' && summary.text && (
        <div className="border-s-3 border-accent ps-4">
          <p lang={summary.language ?? undefined} className="text-base/relaxed text-ink">
            <Sentences summary={summary} text={text} html={html} />
          </p>
          <p className="pt-1.5 text-[0.8125rem]">
            {summary.engine === 'extractive' ? t('extractive') : t('written', { engine: summary.engine ?? '' })}
            {summary.note && ' · '}
            {summary.note && (summary.noteCode ? t(`note.${summary.noteCode}`) : <span lang="en">{summary.note}</span>)}
          </p>
        </div>
      )}
    </section>
  );
}

/** Why there is no summary: by its code; a reason without one, and what the server says of a failure, is English. */
function WhyNone({ summary: { state, code, reason } }: { summary: Summary }) {
  const t = useOwnTexts(articleTexts);
  const isTold = code === 'not-wanted' || code === 'no-text';
  if (state === 'none' && !isTold && !reason) return null;
  return (
    <p className="pb-2">
      {isTold ? t(`summary.${code}`) : t('summaryFailed')} {!isTold && reason && <span lang="en">{reason}</span>}
    </p>
  );
}

function useRequestSummary(id: string): () => void {
  const api = useEnrichment();
  const cache = useQueryClient();
  const act = useAct();
  const request = async () => {
    if (!(await act(() => api.requestSummary(id)))) return;
    cache.setQueryData<FullEntry>(
      keys.entry(id),
      (entry) => entry && { ...entry, summary: { ...entry.summary, state: 'pending', reason: null } },
    );
  };
  return () => void request();
}

type Sentence = Summary['sentences'][number];

/** The words of the article that a sentence is, or that it rests on where a model wrote it. */
const wordsBehind = ({ text, source }: Sentence) => source ?? text;

function Sentences({ summary, text, html }: { summary: Summary } & Omit<ArticleSummaryProps, 'entry'>) {
  const { sentences } = summary;
  const [areFound, setAreFound] = useState<readonly boolean[]>([]);
  // Effects run after the text was put into the page, which its own layout effect does.
  useEffect(() => {
    const element = html === '' ? null : text.current;
    setAreFound(
      sentences.map((one) => element !== null && findSentence(element, wordsBehind(one), one.start) !== null),
    );
    return () => mark(null);
  }, [sentences, text, html]);
  if (sentences.length === 0) return summary.text;
  const gap = /^(?:ja|zh)/.test(summary.language ?? '') ? '' : ' ';
  return sentences.map((sentence, index) => (
    <Fragment key={`${sentence.start} ${sentence.text}`}>
      {index > 0 && gap}
      {areFound[index] ? <SourceLink sentence={sentence} text={text} /> : sentence.text}
    </Fragment>
  ));
}

/** The article with these words in it, for a page of its own (WICG, text fragments). */
const addressOf = (sentence: Sentence) => `#:~:text=${encodeURIComponent(wordsBehind(sentence))}`;

/** A sentence that leads to its place in the article. A link, because buttons do not flow with the text around them. */
function SourceLink({ sentence, text }: { sentence: Sentence; text: ArticleSummaryProps['text'] }) {
  const t = useOwnTexts(articleTexts);
  const place = () => text.current && findSentence(text.current, wordsBehind(sentence), sentence.start);
  const show = (event: MouseEvent) => {
    event.preventDefault();
    const range = place();
    mark(range);
    range?.startContainer.parentElement?.scrollIntoView({ block: 'center', behavior: scrollBehavior() });
  };
  return (
    <a
      href={addressOf(sentence)}
      className="summary-sentence"
      title={sentence.source ? t('restsOn', { source: sentence.source }) : t('showSource')}
      onMouseEnter={() => mark(place())}
      onMouseLeave={() => mark(null)}
      onFocus={() => mark(place())}
      onBlur={() => mark(null)}
      onClick={show}
    >
      {sentence.text}
    </a>
  );
}

const scrollBehavior = (): ScrollBehavior =>
  window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';

const highlightName = 'summary-source';

/** Marks a range of the page without touching its nodes; null marks nothing. Older browsers go without. */
function mark(range: Range | null): void {
  if (typeof Highlight === 'undefined') return;
  if (range) CSS.highlights.set(highlightName, new Highlight(range));
  else CSS.highlights.delete(highlightName);
}
