import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { Answer, AskProgress } from '../api/enrichment.ts';
import { useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { type Place, useGoing } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { guessLanguage } from '../reader/text-language.ts';
import { Button } from '../ui/button.tsx';
import { inputClass } from '../ui/field.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Notice } from '../ui/notice.tsx';
import { PageBar } from './page-bar.tsx';
import { pageTexts } from './page-texts.ts';

interface AskPageProps {
  place: Place;
  question: string;
  /** The articles that are walked through from here. */
  onStories(ids: readonly string[]): void;
}

/** A question to everything the reader follows, and its answer with what it rests on. */
export function AskPage({ place, question, onStories }: AskPageProps) {
  const t = useOwnTexts(pageTexts);
  const texts = useTexts();
  const { asked, progress, stop } = useAnswer(question);
  const { data, error, isFetching } = asked;
  useEffect(() => onStories([...new Set(data?.citations.map(({ articleId }) => articleId))]), [data, onStories]);
  const again = () => void asked.refetch();
  const isStopped = question !== '' && !isFetching && !data && !error;
  return (
    <>
      <PageBar title={texts.t('nav.ask')} />
      <div className="scroll px-5 py-4">
        <QuestionForm key={question} question={question} onSame={again} />
        {isFetching && <Progress progress={progress} onStop={stop} />}
        <div role="status" className="text-sm text-soft not-empty:pt-4">
          {isStopped && t('stopped')}
        </div>
        {error && !isFetching && (
          <div className="pt-4">
            <LoadFailed error={error} onRetry={again} />
          </div>
        )}
        {data && !isFetching && <AnswerText answer={data} place={place} />}
      </div>
    </>
  );
}

const nothingYet: AskProgress = { position: null, text: '' };

/** The answer to a question, how far it is, and the way to stop it; leaving the page stops it too. */
function useAnswer(question: string) {
  const api = useEnrichment();
  const cache = useQueryClient();
  const [progress, setProgress] = useState(nothingYet);
  const queryKey = [...keys.ask, question];
  const asked = useQuery({
    queryKey,
    queryFn: ({ signal }) => {
      setProgress(nothingYet);
      return api.ask(question, signal, setProgress);
    },
    enabled: question !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30 * 60_000,
    // A model may have worked on it for minutes: only the reader asks again.
    retry: false,
    refetchOnReconnect: false,
  });
  return { asked, progress, stop: () => void cache.cancelQueries({ queryKey }) };
}

/** How far the answer is: the place in the queue, then what is written, as it comes. */
function Progress({ progress: { position, text }, onStop }: { progress: AskProgress; onStop(): void }) {
  const t = useOwnTexts(pageTexts);
  return (
    <section aria-label={t('answer')} aria-busy className="pt-4">
      <div className="flex items-center gap-3 text-sm text-soft">
        <p role="status">
          {text !== '' && t('writing')}
          {text === '' && (position ? t('waiting', { count: position }) : t('asking'))}
        </p>
        <Button className="px-3! text-sm! md:min-h-8!" onClick={onStop}>
          {t('stop')}
        </Button>
      </div>
      {text !== '' && (
        <p lang={guessLanguage(text)} className="pt-3 font-serif text-lg/relaxed whitespace-pre-line text-soft">
          {text}
        </p>
      )}
    </section>
  );
}

function QuestionForm({ question, onSame }: { question: string; onSame(): void }) {
  const t = useOwnTexts(pageTexts);
  const going = useGoing();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (question === '') field.current?.focus();
  }, [question]);
  const ask = () => {
    const text = field.current?.value.trim() ?? '';
    if (text === question) onSame();
    else if (text !== '') going.to({ source: { kind: 'ask', text }, isHome: false });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
    >
      <label htmlFor="question" className="mb-1.5 block text-sm font-medium">
        {t('question')}
      </label>
      <div className="flex gap-2">
        <input
          ref={field}
          id="question"
          name="question"
          defaultValue={question}
          required
          maxLength={1000}
          autoComplete="off"
          enterKeyHint="send"
          aria-describedby="question-hint"
          className={inputClass}
        />
        <Button type="submit" look="primary">
          {t('ask')}
        </Button>
      </div>
      <p id="question-hint" className="mt-1.5 text-sm text-soft">
        {t('askHint')}
      </p>
    </form>
  );
}

function AnswerText({ answer, place }: { answer: Answer; place: Place }) {
  const t = useOwnTexts(pageTexts);
  if (!answer.found) return <Notice icon="comments" title={t('none')} text={t('noneText')} />;
  const isExtractive = answer.engine === 'extractive';
  return (
    <section aria-label={t('answer')} className="pt-6">
      {!isExtractive && (
        <div lang={guessLanguage(answer.answer)} className="font-serif text-lg/relaxed whitespace-pre-line">
          <Cited answer={answer} place={place} />
        </div>
      )}
      <p className="py-3 text-[0.8125rem] text-soft">
        {isExtractive ? t('extractive') : t('written', { engine: answer.engine ?? '' })}
      </p>
      <h2 className="sr-only">{t('sources')}</h2>
      <ol aria-label={t('sources')}>
        {answer.citations.map(({ articleId, quote, title, feed }, index) => (
          <li key={`${articleId} ${quote}`} className="border-t border-line py-3">
            <blockquote lang={guessLanguage(quote)} className="font-serif text-base/relaxed">
              {quote}
            </blockquote>
            <PlaceLink
              place={{ ...place, entryId: articleId }}
              isReplacing={place.entryId !== undefined}
              aria-current={place.entryId === articleId ? 'true' : undefined}
              className="mt-1 inline-flex min-h-11 items-center gap-1.5 text-sm text-soft hover:underline md:min-h-8"
            >
              {!isExtractive && <span className="tabular-nums">[{index + 1}]</span>}
              <span>
                <span className="text-accent">{feed.title}</span> {title}
              </span>
            </PlaceLink>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A model's text; each `[n]` opens the article that it cites. */
function Cited({ answer, place }: { answer: Answer; place: Place }) {
  const t = useOwnTexts(pageTexts);
  return answer.answer.split(/(\[\d+\])/).map((part, index) => {
    const number = Number(/^\[(\d+)\]$/.exec(part)?.[1]);
    const citation = answer.citations[number - 1];
    if (!citation) return part;
    return (
      <PlaceLink
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text do not move
        key={index}
        place={{ ...place, entryId: citation.articleId }}
        isReplacing={place.entryId !== undefined}
        aria-label={t('citation', { number, title: citation.title })}
        className="px-0.5 font-sans text-sm text-accent hover:underline"
      >
        {part}
      </PlaceLink>
    );
  });
}
