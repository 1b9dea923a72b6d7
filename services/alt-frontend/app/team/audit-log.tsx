import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { accountTexts } from '../account/account-texts.ts';
import { deviceOf } from '../account/device.ts';
import { Line } from '../account/parts.tsx';
import type { LogFilter, LogLine } from '../api/account.ts';
import { useAccountApi } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import type { Language } from '../language/language.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { Field, SelectField } from '../ui/field.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { actionTexts } from './action-texts.ts';
import { logTexts } from './log-texts.ts';

const outcomes = ['allowed', 'refused', 'challenged', 'slowed', 'blocked'] as const;

/** The log of the reader's own account, or of the whole tenant: filtered, page by page, and as a file. */
export function AuditLog({ of }: { of: 'me' | 'tenant' }) {
  const api = useAccountApi();
  const t = useOwnTexts(logTexts);
  const [filter, setFilter] = useState<LogFilter>({});
  const list = useInfiniteQuery({
    queryKey: [...keys.tenant, 'log', of, filter],
    queryFn: ({ pageParam }) => api.log(of, filter, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: (before) => before,
  });
  const lines = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <div className="flex flex-col gap-4">
      <Filters onChange={(change) => setFilter({ ...filter, ...change })} />
      {!list.data && list.error && <LoadFailed error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && lines.length === 0 && <p className="text-sm text-soft">{t('none')}</p>}
      <ul>
        {lines.map((line) => (
          <LogEntry key={line.id} line={line} />
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        {list.hasNextPage && <Button onClick={() => void list.fetchNextPage()}>{t('more')}</Button>}
        {(['csv', 'ndjson'] as const).map((format) => (
          <a key={format} href={api.logFile(of, filter, format)} download className={buttonClass('plain')}>
            {t(format === 'csv' ? 'csv' : 'json')}
          </a>
        ))}
      </div>
    </div>
  );
}

function Filters({ onChange }: { onChange(change: LogFilter): void }) {
  const t = useOwnTexts(logTexts);
  const language = useTexts().language as Language;
  const collator = new Intl.Collator(language);
  const actions = Object.entries(actionTexts).sort(([, a], [, b]) => collator.compare(a[language], b[language]));
  return (
    <div className="grid grid-cols-1 gap-3 min-[26rem]:grid-cols-2">
      <SelectField label={t('what')} onChange={({ target }) => onChange({ action: target.value })}>
        <option value="">{t('everything')}</option>
        {actions.map(([name, texts]) => (
          <option key={name} value={name}>
            {texts[language]}
          </option>
        ))}
      </SelectField>
      <SelectField label={t('outcome')} onChange={({ target }) => onChange({ outcome: target.value })}>
        <option value="">{t('any')}</option>
        {outcomes.map((name) => (
          <option key={name} value={name}>
            {t(`outcome.${name}`)}
          </option>
        ))}
      </SelectField>
      <Field label={t('from')} type="date" onChange={({ target }) => onChange({ from: startOf(target.value, 0) })} />
      <Field label={t('to')} type="date" onChange={({ target }) => onChange({ to: startOf(target.value, 1) })} />
    </div>
  );
}

function LogEntry({ line }: { line: LogLine }) {
  const t = useOwnTexts(logTexts);
  const account = useOwnTexts(accountTexts);
  const { language, dateTime } = useTexts();
  const device = deviceOf(line.userAgent);
  const facts = [dateTime(line.at), line.address || t('commandLine'), device && account('device', device)];
  return (
    <Line title={titleOf(line.action, language as Language)} text={facts.filter(Boolean).join(' · ')}>
      {line.outcome !== 'allowed' && <span className="text-sm text-warning">{t(`outcome.${line.outcome}`)}</span>}
    </Line>
  );
}

/** An action that this page does not know yet goes by its own name. */
function titleOf(action: string, language: Language): string {
  return Object.hasOwn(actionTexts, action) ? actionTexts[action as keyof typeof actionTexts][language] : action;
}

/** When a day begins where the reader is, or the day after so many; empty for none. */
function startOf(day: string, daysLater: number): string {
  if (!day) return '';
  const start = new Date(`${day}T00:00`);
  start.setDate(start.getDate() + daysLater);
  return start.toISOString();
}
