import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Line } from '../account/parts.tsx';
import type { Domain, GrantableRole } from '../api/team.ts';
import { useAttempt } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { useTeamApi } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { Field, SelectField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { Copyable } from './copyable.tsx';
import { teamTexts } from './team-texts.ts';

const domainsKey = [...keys.tenant, 'domains'];

/** The domains whose addresses may join by themselves, each proven by a TXT record. */
export function Domains() {
  const api = useTeamApi();
  const t = useOwnTexts(teamTexts);
  const attempt = useAttempt(domainsKey);
  const list = useQuery({ queryKey: domainsKey, queryFn: api.domains });
  const [role, setRole] = useState<GrantableRole>('reader');
  // A fresh form for the next one. Not by resetting it: that would show another role than the one that is sent.
  const [round, setRound] = useState(0);
  const add = async (data: FormData) => {
    const domain = String(data.get('domain') ?? '').trim();
    if (domain && (await attempt(() => api.addDomain(domain, role)))) setRound(round + 1);
  };
  return (
    <>
      <p className="pb-4 text-sm text-soft">{t('domainsText')}</p>
      {!list.data && list.error && <LoadFailed error={list.error} onRetry={() => void list.refetch()} />}
      <ul className="pb-4">
        {list.data?.items.map((item) => (
          <DomainLine key={item.id} item={item} />
        ))}
      </ul>
      <Form key={round} onSubmit={(data) => void add(data)} className="flex flex-wrap items-end gap-3">
        <Field
          className="min-w-40 flex-1"
          label={t('domain')}
          name="domain"
          autoComplete="off"
          spellCheck={false}
          required
        />
        <SelectField
          label={t('inviteRole')}
          value={role}
          onChange={(event) => setRole(event.target.value as GrantableRole)}
        >
          {(['admin', 'member', 'reader'] as const).map((name) => (
            <option key={name} value={name}>
              {t(`role.${name}`)}
            </option>
          ))}
        </SelectField>
        <Button type="submit">{t('addDomain')}</Button>
      </Form>
    </>
  );
}

function DomainLine({ item }: { item: Domain }) {
  const api = useTeamApi();
  const t = useOwnTexts(teamTexts);
  const { show } = useToasts();
  const attempt = useAttempt(domainsKey);
  const { id, domain, role, state, record } = item;
  const check = async () => {
    if (await attempt(() => api.verifyDomain(id))) show({ text: t('checked', { domain }) });
  };
  return (
    <>
      <Line title={domain} text={`${t(`domain.${state}`)} · ${t(`role.${role}`)}`}>
        {state !== 'verified' && <Button onClick={() => void check()}>{t('check')}</Button>}
        <Button
          aria-label={t('removeLabel', { name: domain })}
          onClick={() => void attempt(() => api.removeDomain(id))}
        >
          {t('remove')}
        </Button>
      </Line>
      {state !== 'verified' && (
        <li className="mb-3 flex flex-col gap-2 rounded-xl bg-chosen p-4">
          <p className="text-sm">{t('recordText', { domain })}</p>
          <Copyable label={t('recordName')} value={record.name} />
          <Copyable label={t('recordValue')} value={record.value} />
        </li>
      )}
    </>
  );
}
