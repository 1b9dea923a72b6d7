import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Line, Part } from '../account/parts.tsx';
import { ApiProblem } from '../api/problem.ts';
import type { CurrentTenant, GrantableRole, Invitation, NewInvitation } from '../api/team.ts';
import { useAttempt } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { isAtLeast, useRole, useTeamApi } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Field, SelectField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { Copyable } from './copyable.tsx';
import { teamTexts } from './team-texts.ts';

const daysToChoose = [1, 7, 14, 30];
const invitationsKey = [...keys.tenant, 'invitations'];

/** Invitations by mail or link: made here, and for admins all that were made, to renew or to take back. */
export function Invitations({ tenant }: { tenant: CurrentTenant }) {
  const t = useOwnTexts(teamTexts);
  const { dateTime } = useTexts();
  const isAdmin = isAtLeast(useRole(), 'admin');
  const [made, setMade] = useState<NewInvitation | null>(null);
  const { allowedFor, defaultRole } = tenant.settings.invitations;
  if (!isAdmin && allowedFor === 'admin') return <p className="text-soft">{t('mayNotInvite')}</p>;
  return (
    <>
      <Part title={t('inviteTitle')}>
        {tenant.deletionAt ? (
          <p className="text-soft">{t('deletionAt', { day: dateTime(tenant.deletionAt) })}</p>
        ) : (
          <InviteForm isAdmin={isAdmin} defaultRole={defaultRole} onMade={setMade} />
        )}
        {made && (
          <div role="status" className="flex flex-col gap-2 rounded-xl bg-chosen p-4">
            <p className="text-sm">
              {t('newLink')} {made.mailed && made.email && t('mailed', { email: made.email })}
            </p>
            <Copyable key={made.link} value={made.link} />
          </div>
        )}
      </Part>
      <Part title={t('part.invitations')}>
        {isAdmin ? <Made onRenewed={setMade} /> : <p className="text-sm text-soft">{t('onlyAdmins')}</p>}
      </Part>
    </>
  );
}

interface InviteFormProps {
  isAdmin: boolean;
  defaultRole: GrantableRole;
  onMade(invitation: NewInvitation): void;
}

function InviteForm({ isAdmin, defaultRole, onMade }: InviteFormProps) {
  const api = useTeamApi();
  const t = useOwnTexts(teamTexts);
  const { show } = useToasts();
  const attempt = useAttempt(invitationsKey);
  const [role, setRole] = useState<GrantableRole>(isAdmin || defaultRole !== 'admin' ? defaultRole : 'reader');
  const roles: GrantableRole[] = isAdmin ? ['admin', 'member', 'reader'] : ['member', 'reader'];
  // A fresh form for the next one. Not by resetting it: that would show another role than the one that is sent.
  const [round, setRound] = useState(0);
  const invite = async (data: FormData) => {
    const email = String(data.get('email') ?? '').trim();
    const expiresInDays = Number(data.get('days'));
    const body = { role, expiresInDays, ...(email && { email }) };
    const make = async () => {
      onMade(await api.invite(body));
      setRound(round + 1);
    };
    await attempt(() =>
      make().catch((error: unknown) => {
        if (!(error instanceof ApiProblem) || error.code !== 'conflict') throw error;
        show({ text: t('alreadyInvited'), tone: 'error' });
      }),
    );
  };
  return (
    <Form key={round} onSubmit={(data) => void invite(data)} className="flex flex-col gap-3">
      <Field label={t('inviteEmail')} hint={t('inviteEmailHint')} name="email" type="email" autoComplete="off" />
      <div className="flex flex-wrap gap-3">
        <SelectField
          className="min-w-64 flex-1"
          label={t('inviteRole')}
          value={role}
          onChange={(event) => setRole(event.target.value as GrantableRole)}
        >
          {roles.map((name) => (
            <option key={name} value={name}>
              {t(`role.${name}`)}: {t(`does.${name}`)}
            </option>
          ))}
        </SelectField>
        <SelectField className="min-w-28" label={t('inviteDays')} name="days" defaultValue="7">
          {daysToChoose.map((count) => (
            <option key={count} value={count}>
              {t('days', { count })}
            </option>
          ))}
        </SelectField>
      </div>
      <Button type="submit" className="self-start">
        {t('invite')}
      </Button>
    </Form>
  );
}

function Made({ onRenewed }: { onRenewed(invitation: NewInvitation): void }) {
  const api = useTeamApi();
  const t = useOwnTexts(teamTexts);
  const attempt = useAttempt(invitationsKey);
  const list = useInfiniteQuery({
    queryKey: invitationsKey,
    queryFn: ({ pageParam }) => api.invitations(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      {!list.data && list.error && <LoadFailed error={list.error} onRetry={() => void list.refetch()} />}
      {list.data && items.length === 0 && <p className="text-sm text-soft">{t('noInvitations')}</p>}
      <ul>
        {items.map((item) => (
          <InvitationLine
            key={item.id}
            item={item}
            onRenew={() => void attempt(async () => onRenewed(await api.resendInvitation(item.id)))}
            onRevoke={() => void attempt(() => api.revokeInvitation(item.id))}
          />
        ))}
      </ul>
      {list.hasNextPage && <Button onClick={() => void list.fetchNextPage()}>{t('more')}</Button>}
    </>
  );
}

function InvitationLine({ item, onRenew, onRevoke }: { item: Invitation; onRenew(): void; onRevoke(): void }) {
  const t = useOwnTexts(teamTexts);
  const { ago } = useTexts();
  const name = item.email ?? t('anybody');
  const state = isTimed(item.state)
    ? t(`state.${item.state}`, { when: ago(item.expiresAt) })
    : t(`state.${item.state}`);
  return (
    <Line title={name} text={`${t(`role.${item.role}`)} · ${state}`}>
      {isTimed(item.state) && (
        <Button aria-label={t('resendLabel', { name })} onClick={onRenew}>
          {t('resend')}
        </Button>
      )}
      {item.state === 'open' && (
        <Button aria-label={t('revokeLabel', { name })} onClick={onRevoke}>
          {t('revoke')}
        </Button>
      )}
    </Line>
  );
}

function isTimed(state: Invitation['state']): state is 'open' | 'expired' {
  return state === 'open' || state === 'expired';
}
