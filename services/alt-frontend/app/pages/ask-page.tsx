import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { Answer } from '../api/enrichment.ts';
import { useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { type Place, useGoing } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { Button } from '../ui/button.tsx';
import { inputClass } from '../ui/field.tsx';
import { Notice } from '../ui/notice.tsx';
import { PageBar } from './page-bar.tsx';
import { pageTexts } from './page-texts.ts';

/** A question to everything the reader follows, and its answer with what it rests on. */
export function AskPage({ place, question }: { place: Place; question: string }) {
  const t = useOwnTexts(pageTexts);
  const texts = useTexts();
  const api = useEnrichment();
  const asked = useQuery({
    queryKey: [...keys.ask, question],
    queryFn: ({ signal }) => api.ask(question, signal),
    enabled: question !== '',
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30 * 60_000,
    // A model may have worked on it for minutes: only the reader asks again.
    retry: false,
  });
  return (
    <>
      <PageBar title={texts.t('nav.ask')} />
      <div className="scroll px-5 py-4">
        <QuestionForm key={question} question={question} onSame={() => void asked.refetch()} />
        <div role="status" className="text-sm text-soft not-empty:pt-4">
          {asked.isFetching && t('asking')}
        </div>
        <div role="alert">
          {asked.error && !asked.isFetching && (
            <div className="flex flex-col items-start gap-3 pt-4 text-sm text-danger">
              <p>{texts.problem(asked.error)}</p>
              <Button onClick={() => void asked.refetch()}>{texts.t('action.retry')}</Button>
            </div>
          )}
        </div>
        {asked.data && !asked.isFetching && <AnswerText answer={asked.data} place={place} />}
      </div>
    </>
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
        <div className="font-serif text-lg/relaxed whitespace-pre-line">
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
            <blockquote className="font-serif text-base/relaxed">{quote}</blockquote>
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
