import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Part } from '../account/parts.tsx';
import { ApiProblem } from '../api/problem.ts';
import type { CurrentTenant } from '../api/team.ts';
import { useAttempt, useProofFirst } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { useTeamApi } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Field, SelectField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { archiveTexts, stepKey } from './archive-texts.ts';
import { useMembers } from './members.tsx';
import { useSize } from './team-import.tsx';
import { teamTexts } from './team-texts.ts';

/** What only the owner does: hand over, take everything along, delete, and take that back. */
export function Ownership({ tenant }: { tenant: CurrentTenant }) {
  return (
    <>
      {!tenant.isPersonal && <Transfer />}
      <Archive />
      {!tenant.isPersonal && <Deletion tenant={tenant} />}
    </>
  );
}

function Transfer() {
  const api = useTeamApi();
  const t = useOwnTexts(teamTexts);
  const attempt = useAttempt(keys.tenant, keys.tenants, keys.identity);
  const others = useMembers().data?.pages.flatMap(({ items }) => items.filter(({ isMe }) => !isMe)) ?? [];
  const transfer = (form: FormData) => attempt(() => api.transfer(String(form.get('member'))));
  return (
    <Part title={t('transfer')} text={t(others.length > 0 ? 'transferText' : 'nobodyElse')}>
      {others.length > 0 && (
        <Form onSubmit={(form) => void transfer(form)} className="flex flex-wrap items-end gap-2">
          <SelectField className="min-w-40 flex-1" label={t('transferTo')} name="member">
            {others.map(({ id, name, email }) => (
              <option key={id} value={id}>
                {name || email}
              </option>
            ))}
          </SelectField>
          <Button type="submit">{t('transfer')}</Button>
        </Form>
      )}
    </Part>
  );
}

const jobKey = [...keys.tenant, 'export'];

/** An archive of everything; its making goes on though the page is closed. */
function Archive() {
  const api = useTeamApi();
  const proveFirst = useProofFirst();
  const t = useOwnTexts(teamTexts);
  const archive = useOwnTexts(archiveTexts);
  const { number, dateTime } = useTexts();
  const size = useSize();
  const attempt = useAttempt(jobKey);
  const { data: job } = useQuery({
    queryKey: jobKey,
    queryFn: () => api.exportJob().catch(noneYet),
    refetchInterval: ({ state }) => (state.data?.state === 'queued' || state.data?.state === 'running' ? 1_000 : false),
  });
  const download = async () => {
    if (await proveFirst()) window.location.assign('/v1/tenants/current/export/file');
  };
  const isWorking = job?.state === 'queued' || job?.state === 'running';
  return (
    <Part title={t('export')} text={t('exportText')}>
      <div role="status" className="text-[0.9375rem]">
        {job && isWorking && t('exporting', { step: archive(stepKey(job.step || 'tenant')), rows: number(job.rows) })}
        {job?.state === 'failed' && (
          <span className="text-danger">{t('exportFailed', { reason: job.error ?? '' })}</span>
        )}
        {job?.state === 'done' && t('exportReady', { size: size(job.sizeBytes) })}{' '}
        {job?.expiresAt && <span className="text-soft">{archive('until', { when: dateTime(job.expiresAt) })}</span>}
      </div>
      <div className="flex flex-wrap gap-2">
        {job?.state === 'done' && <Button onClick={() => void attempt(download)}>{t('getExport')}</Button>}
        <Button disabled={isWorking} onClick={() => void attempt(api.startExport)}>
          {t('startExport')}
        </Button>
      </div>
    </Part>
  );
}

/** There is no archive yet: nothing to show, and nothing wrong. */
function noneYet(error: unknown): null {
  if (error instanceof ApiProblem && error.code === 'not-found') return null;
  throw error;
}

function Deletion({ tenant }: { tenant: CurrentTenant }) {
  const api = useTeamApi();
  const t = useOwnTexts(teamTexts);
  const { dateTime } = useTexts();
  const attempt = useAttempt(keys.tenant, keys.tenants);
  const [typed, setTyped] = useState('');
  const { name, deletionAt } = tenant;
  const remove = async () => {
    if (await attempt(() => api.deleteTenant(typed))) setTyped('');
  };
  if (deletionAt) {
    return (
      <Part title={t('delete')} text={t('deletionAt', { day: dateTime(deletionAt) })}>
        <Button className="self-start" onClick={() => void attempt(api.restoreTenant)}>
          {t('restore')}
        </Button>
      </Part>
    );
  }
  return (
    <Part title={t('delete')} text={t('deleteText')}>
      <Form onSubmit={() => void remove()} className="flex flex-col items-start gap-3">
        <Field
          className="w-full"
          label={t('deleteType', { name })}
          name="typed"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
        <Button type="submit" look="danger" disabled={typed !== name}>
          {t('deleteNow')}
        </Button>
      </Form>
    </Part>
  );
}
