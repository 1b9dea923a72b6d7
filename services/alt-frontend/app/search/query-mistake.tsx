import { ApiProblem } from '../api/problem.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { searchTexts } from './search-texts.ts';

export interface QueryMistake {
  code: string;
  start: number;
  end: number;
  message: string;
}

/** What the server says of a query that it does not understand, in a search or where one is saved. */
export function mistakeOf(error: unknown): QueryMistake | null {
  if (!(error instanceof ApiProblem)) return null;
  const mistake = error.document.query as QueryMistake | undefined;
  if (error.code === 'invalid-request') return mistake ?? null;
  if (error.code !== 'invalid-query') return null;
  return mistake ?? { code: '', start: 0, end: 0, message: error.document.detail ?? '' };
}

/** Codes whose sentence of the server says more: which values there are. */
const detailed: ReadonlySet<string> = new Set(['missing-value', 'unknown-value', 'too-complex']);

/** Where in a query the mistake is, and what to do about it. */
export function Mistake({ text, mistake }: { text: string; mistake: QueryMistake }) {
  const t = useOwnTexts(searchTexts);
  const { language } = useTexts();
  const { start, end, code, message } = mistake;
  const key = `error.${code}` as keyof (typeof searchTexts)['en'];
  const isKnown = Object.hasOwn(searchTexts.en, key) && !(language === 'en' && detailed.has(code));
  return (
    <div className="text-danger">
      {end > start && (
        <p className="pb-0.5">
          {t('mistake')}{' '}
          <code className="font-mono text-ink">
            {text.slice(0, start)}
            <mark className="bg-transparent text-danger underline decoration-wavy underline-offset-4">
              {text.slice(start, end)}
            </mark>
            {text.slice(end)}
          </code>
        </p>
      )}
      <p>{isKnown ? t(key as 'error.empty') : message}</p>
    </div>
  );
}
