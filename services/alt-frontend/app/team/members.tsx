import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Line } from '../account/parts.tsx';
import type { Member, Role } from '../api/team.ts';
import { useAttempt } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { isAtLeast, useRole, useTeamApi } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { inputClass } from '../ui/field.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { teamTexts } from './team-texts.ts';

/** The pages of the members, in the order in which they joined. */
export function useMembers() {
  const api = useTeamApi();
  return useInfiniteQuery({
    queryKey: [...keys.tenant, 'members'],
    queryFn: ({ pageParam }) => api.members(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
}

/** Who is in the tenant, and in which role; admins change that, everybody may leave. */
export function Members() {
  const api = useTeamApi();
  const t = useOwnTexts(teamTexts);
  const attempt = useAttempt(keys.tenant, keys.tenants);
  const role = useRole();
  const list = useMembers();
  const [leaving, setLeaving] = useState<Member | null>(null);
  const members = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const remove = async (member: Member) => {
    setLeaving(null);
    const isDone = await attempt(() => api.removeMember(member.id));
    if (isDone && member.isMe) window.location.assign('/');
  };
  return (
    <>
      {!list.data && list.error && <LoadFailed error={list.error} onRetry={() => void list.refetch()} />}
      <ul>
        {members.map((member) => (
          <MemberLine
            key={member.id}
            member={member}
            mine={role}
            onRole={(next) => void attempt(() => api.changeRole(member.id, next))}
            onRemove={() => setLeaving(member)}
          />
        ))}
      </ul>
      {list.hasNextPage && <Button onClick={() => void list.fetchNextPage()}>{t('more')}</Button>}
      {leaving && (
        <Confirm
          title={leaving.isMe ? t('leave') : t('removeLabel', { name: leaving.name || leaving.email || '' })}
          text={t(leaving.isMe ? 'leaveText' : 'removeText')}
          action={t(leaving.isMe ? 'leave' : 'remove')}
          isDangerous
          onCancel={() => setLeaving(null)}
          onConfirm={() => void remove(leaving)}
        />
      )}
    </>
  );
}

interface MemberLineProps {
  member: Member;
  /** The role of who looks. */
  mine: Role;
  onRole(role: Role): void;
  onRemove(): void;
}

function MemberLine({ member, mine, onRole, onRemove }: MemberLineProps) {
  const t = useOwnTexts(teamTexts);
  const { ago } = useTexts();
  const name = member.name || member.email || '';
  // An owner is made and unmade by owners only.
  const canChange = isAtLeast(mine, 'admin') && (mine === 'owner' || member.role !== 'owner') && !member.isMe;
  const roles: Role[] = mine === 'owner' ? ['owner', 'admin', 'member', 'reader'] : ['admin', 'member', 'reader'];
  const facts = [member.name && member.email, t('joined', { when: ago(member.joinedAt) })];
  return (
    <Line
      title={
        <>
          {name} {member.isMe && <span className="text-soft">· {t('you')}</span>}
        </>
      }
      text={facts.filter(Boolean).join(' · ')}
    >
      {canChange ? (
        <select
          aria-label={t('roleOf', { name })}
          value={member.role}
          onChange={(event) => onRole(event.target.value as Role)}
          className={`${inputClass} w-auto! pe-8`}
        >
          {roles.map((role) => (
            <option key={role} value={role}>
              {t(`role.${role}`)}
            </option>
          ))}
        </select>
      ) : (
        <span className="text-sm text-soft">{t(`role.${member.role}`)}</span>
      )}
      {canChange && (
        <Button aria-label={t('removeLabel', { name })} onClick={onRemove}>
          {t('remove')}
        </Button>
      )}
      {member.isMe && mine !== 'owner' && <Button onClick={onRemove}>{t('leave')}</Button>}
    </Line>
  );
}
