import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ChangeEvent, useRef, useState } from 'react';
import { useAccountProblem } from '../account/account-problem.ts';
import { Part } from '../account/parts.tsx';
import { ApiProblem } from '../api/problem.ts';
import type { TenantImport } from '../api/team.ts';
import { useProofFirst } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { useSwitchTenant, useTeamApi } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { archiveTexts, stepKey } from './archive-texts.ts';

/** Where the browser keeps which import was begun: it goes on while the page is closed. */
const kept = 'alt.team-import';

/** Makes a team of an archive: sends the file, follows the work, and leads to the team with what remains to be done. */
export function TeamImport() {
  const t = useOwnTexts(archiveTexts);
  const problem = useAccountProblem();
  const { id, sending, error, send, forget } = useImport();
  const { data: job, error: lost } = useFollowed(id);
  const size = useSize();
  const isBusy = sending !== null || (id !== '' && !lost && !isOver(job));
  return (
    <Part title={t('title')} text={t('text')}>
      <div role="status" className="flex flex-col gap-2 text-[0.9375rem] empty:hidden">
        {sending && (
          <>
            <p className="wrap-anywhere">{t('sending', { name: sending.name, size: size(sending.size) })}</p>
            <progress className="progress" aria-label={t('sendingLabel')} />
          </>
        )}
        {!sending && job && !isOver(job) && <p>{t('working', { step: t(stepKey(job.step)), count: job.rows })}</p>}
        {job?.state === 'done' && <Brought job={job} onDone={forget} />}
      </div>
      <div role="alert" className="text-sm text-danger empty:hidden">
        {error !== null && <p>{problem(error)}</p>}
        {lost && <p>{lost instanceof ApiProblem && lost.status === 404 ? t('gone') : problem(lost)}</p>}
        {job?.state === 'failed' && <p>{t('failed', { reason: job.error ?? '' })}</p>}
      </div>
      {!isBusy && job?.state !== 'done' && <FileButton onChosen={(file) => void send(file)} />}
    </Part>
  );
}

const isOver = (job: TenantImport | undefined) => job?.state === 'done' || job?.state === 'failed';

function useImport() {
  const api = useTeamApi();
  const proveFirst = useProofFirst();
  const [id, setId] = useState(() => localStorage.getItem(kept) ?? '');
  const [sending, setSending] = useState<File | null>(null);
  const [error, setError] = useState<unknown>(null);
  const keep = (next: string) => {
    if (next) localStorage.setItem(kept, next);
    else localStorage.removeItem(kept);
    setId(next);
  };
  const send = async (file: File) => {
    setError(null);
    keep('');
    try {
      // Before, not after: a large file is not sent twice.
      if (!(await proveFirst())) return;
      setSending(file);
      keep((await api.importTenant(file)).id);
    } catch (cause) {
      setError(cause);
    } finally {
      setSending(null);
    }
  };
  return { id, sending, error, send, forget: () => keep('') };
}

function useFollowed(id: string) {
  const api = useTeamApi();
  const cache = useQueryClient();
  return useQuery({
    queryKey: ['team-import', id],
    queryFn: async () => {
      const job = await api.importJob(id);
      // The new team is in the list above as soon as it is there.
      if (job.tenantId !== null) void cache.invalidateQueries({ queryKey: keys.tenants });
      return job;
    },
    enabled: id !== '',
    refetchInterval: ({ state }) => (state.error || isOver(state.data) ? false : 1_000),
  });
}

function FileButton({ onChosen }: { onChosen(file: File): void }) {
  const t = useOwnTexts(archiveTexts);
  const input = useRef<HTMLInputElement>(null);
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? [];
    // The same file again is a change again.
    if (file) onChosen(file);
    target.value = '';
  };
  return (
    <>
      <input ref={input} type="file" accept=".gz,application/gzip" aria-label={t('choose')} hidden onChange={choose} />
      <Button className="self-start" onClick={() => input.current?.click()}>
        {t('choose')}
      </Button>
    </>
  );
}

/** What came of it: where to go, whom to invite, and what is not as it was. */
function Brought({ job, onDone }: { job: TenantImport; onDone(): void }) {
  const t = useOwnTexts(archiveTexts);
  const switchTo = useSwitchTenant();
  const problem = useAccountProblem();
  const [error, setError] = useState<unknown>(null);
  const { invited, others } = readRemarks(job.remarks);
  const go = async (path: string) => {
    try {
      if (job.tenantId) await switchTo(job.tenantId, path);
      onDone();
    } catch (cause) {
      setError(cause);
    }
  };
  return (
    <>
      <p>{t('done', { count: job.rows })}</p>
      {invited > 0 && <p>{t('invited', { count: invited })}</p>}
      {others.length > 0 && (
        <ul className="list-disc ps-5 text-sm text-soft">
          {others.map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
      {error !== null && <p className="text-sm text-danger">{problem(error)}</p>}
      <div className="flex flex-wrap gap-2">
        <Button look="primary" onClick={() => void go('/')}>
          {t('goTo')}
        </Button>
        {invited > 0 && <Button onClick={() => void go('/?panel=team:invitations')}>{t('goToInvitations')}</Button>}
        <Button onClick={onDone}>{t('dismiss')}</Button>
      </div>
    </>
  );
}

/** The server's sentences; the one about who is invited is said in the reader's language instead. */
function readRemarks(remarks: readonly string[]): { invited: number; others: string[] } {
  const isInvited = (remark: string) => /^\d+ of the members are invited instead/.test(remark);
  const invited = remarks.filter(isInvited).reduce((sum, remark) => sum + Number.parseInt(remark, 10), 0);
  return { invited, others: remarks.filter((remark) => !isInvited(remark)) };
}

/** A size in bytes in the reader's language: kilobytes, from a million on megabytes. */
export function useSize(): (bytes: number) => string {
  const { language } = useTexts();
  return (bytes) => {
    const [unit, value] = bytes < 1e6 ? ['kilobyte', bytes / 1e3] : ['megabyte', bytes / 1e6];
    return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: 1 }).format(value);
  };
}
