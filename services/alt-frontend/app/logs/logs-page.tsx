import type { LogLevel, LogLine } from '@alt/contracts';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { ApiProblem } from '../api/problem.ts';
import { useConnection } from '../data/api-context.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { PageBar } from '../pages/page-bar.tsx';
import { Button, IconButton } from '../ui/button.tsx';
import { inputClass } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Notice } from '../ui/notice.tsx';
import { LogHistogram } from './log-histogram.tsx';
import { logTexts } from './log-texts.ts';
import { anyLineQuery, histogramQuery, type LogWish, linesQuery, useLiveLines } from './logs-data.ts';

const SERVICES = [
  'alt-backend',
  'auth-service',
  'tenant-service',
  'arch-repo-service',
  'pre-processor',
  'search-indexer',
  'tag-generator',
  'news-creator',
  'sidecar-proxy',
  'alt-frontend',
  'gateway',
];
const SPANS = [1, 24, 168] as const;
// Not the contract's own list: with it all of zod would come into the page.
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** The platform's own log, for whoever owns this Alt: what is written, narrowed, counted, and as it comes. */
export function LogsPage() {
  const t = useOwnTexts(logTexts);
  const { client } = useConnection();
  const [wish, setWish] = useState<LogWish>({ words: '', service: '', level: 'debug', hours: 1 });
  const [isLive, setLive] = useState(false);
  const lines = useInfiniteQuery(linesQuery(client, wish));
  const histogram = useQuery(histogramQuery(client, wish));
  const live = useLiveLines(client, wish, isLive);
  const shown = useMemo(() => {
    const found = lines.data?.pages.flatMap((page) => page.items) ?? [];
    const known = new Set(live.map(({ id }) => id));
    return [...live, ...found.filter(({ id }) => !known.has(id))];
  }, [lines.data, live]);
  const isRefused = lines.error instanceof ApiProblem && lines.error.status === 403;
  return (
    <>
      <PageBar title={t('title')} />
      <div className="scroll px-5 py-4">
        {isRefused ? (
          <Notice icon="settings" title={t('ownerOnly')} text={t('ownerOnlyText')} />
        ) : (
          <>
            <Wishes wish={wish} onWish={setWish} isLive={isLive} onLive={setLive} />
            {histogram.data && <LogHistogram histogram={histogram.data} />}
            {lines.error ? (
              <LoadFailed error={lines.error} onRetry={() => void lines.refetch()} />
            ) : (
              <Lines lines={shown} isLive={isLive} isLoaded={lines.data !== undefined} />
            )}
            {lines.hasNextPage && (
              <Button className="mt-4" disabled={lines.isFetchingNextPage} onClick={() => void lines.fetchNextPage()}>
                {t('more')}
              </Button>
            )}
          </>
        )}
      </div>
    </>
  );
}

interface WishesProps {
  wish: LogWish;
  onWish(wish: LogWish): void;
  isLive: boolean;
  onLive(isLive: boolean): void;
}

function Wishes({ wish, onWish, isLive, onLive }: WishesProps) {
  const t = useOwnTexts(logTexts);
  const search = (form: FormData) => onWish({ ...wish, words: String(form.get('q') ?? '').trim() });
  const selectClass = `${inputClass} md:w-auto`;
  return (
    <div className="grid grid-cols-2 gap-2 pb-4 md:flex md:flex-wrap md:items-center">
      <Form role="search" className="col-span-2 flex gap-1 md:min-w-64 md:flex-1" onSubmit={search}>
        <input
          name="q"
          type="search"
          defaultValue={wish.words}
          maxLength={200}
          aria-label={t('search')}
          placeholder={t('search')}
          enterKeyHint="search"
          className={inputClass}
        />
        <IconButton type="submit" icon="search" label={t('submit')} />
      </Form>
      <select
        aria-label={t('service')}
        className={selectClass}
        value={wish.service}
        onChange={(event) => onWish({ ...wish, service: event.target.value })}
      >
        <option value="">{t('everyService')}</option>
        {SERVICES.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <select
        aria-label={t('level')}
        className={selectClass}
        value={wish.level}
        onChange={(event) => onWish({ ...wish, level: logLevelOf(event.target.value) })}
      >
        {LEVELS.map((level) => (
          <option key={level} value={level}>
            {t(`level.${level}`)}
          </option>
        ))}
      </select>
      <select
        aria-label={t('span')}
        className={selectClass}
        value={wish.hours}
        onChange={(event) => onWish({ ...wish, hours: Number(event.target.value) })}
      >
        {SPANS.map((hours) => (
          <option key={hours} value={hours}>
            {t(`span.${hours}`)}
          </option>
        ))}
      </select>
      <label className="inline-flex min-h-11 items-center gap-2 text-[0.9375rem] md:min-h-10">
        <input type="checkbox" checked={isLive} onChange={(event) => onLive(event.target.checked)} />
        {t('live')}
      </label>
    </div>
  );
}

function logLevelOf(value: string): LogLevel {
  return LEVELS.find((level) => level === value) ?? 'debug';
}

function Lines({ lines, isLive, isLoaded }: { lines: LogLine[]; isLive: boolean; isLoaded: boolean }) {
  const t = useOwnTexts(logTexts);
  if (isLoaded && lines.length === 0) return <NoLines isLive={isLive} />;
  return (
    <ul aria-label={t('lines')} className="border-t border-line">
      {lines.map((line) => (
        <Line key={`${line.timestamp} ${line.id}`} line={line} />
      ))}
    </ul>
  );
}

/** None at all is another thing than none that is like what was asked for. */
function NoLines({ isLive }: { isLive: boolean }) {
  const t = useOwnTexts(logTexts);
  const { client } = useConnection();
  const any = useQuery(anyLineQuery(client));
  if (any.isPending) return null;
  if (any.data === false) {
    return <Notice icon="search" title={t('empty')} text={isLive ? t('following') : t('emptyText')} />;
  }
  return <Notice icon="search" title={t('none')} text={isLive ? t('following') : t('noneText')} />;
}

const LEVEL_CLASS: Record<LogLevel, string> = {
  debug: 'text-soft',
  info: 'text-soft',
  warn: 'text-warning',
  error: 'text-danger',
  fatal: 'text-danger',
};

/** Signs that nobody sees, and that could turn the rest around, are shown as a dot. */
function visible(text: string): string {
  return text.replace(/[\p{Cf}\p{Cc}]/gu, (sign) => (sign === '\n' || sign === '\t' ? sign : '·'));
}

/** What a program wrote is shown as text and as nothing else. */
function Line({ line }: { line: LogLine }) {
  const t = useOwnTexts(logTexts);
  const { language } = useTexts();
  const { timestamp, level, service, message, requestId, traceId } = line;
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' }).format(
    new Date(timestamp),
  );
  const details = Object.entries({ ...(requestId && { requestId }), ...(traceId && { traceId }), ...line.fields });
  return (
    <li className="border-b border-line py-2 text-sm">
      <p className="flex flex-wrap gap-x-3 text-soft">
        <time dateTime={timestamp} className="tabular-nums">
          {time}
        </time>
        <span className={`font-medium ${LEVEL_CLASS[level]}`}>{t(`name.${level}`)}</span>
        <span>{service}</span>
      </p>
      <p className="pt-0.5 font-mono wrap-anywhere whitespace-pre-wrap">{visible(message)}</p>
      {details.length > 0 && (
        <details className="pt-0.5">
          <summary className="min-h-6 cursor-pointer text-soft">{t('details')}</summary>
          <dl className="grid gap-x-4 pt-1 font-mono text-[0.8125rem] md:grid-cols-[max-content_1fr]">
            {details.map(([name, value]) => (
              <div key={name} className="contents">
                <dt className="text-soft">{name}</dt>
                <dd className="wrap-anywhere whitespace-pre-wrap">{visible(value)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </li>
  );
}
