import { useQuery } from '@tanstack/react-query';
import { Line, Part } from '../account/parts.tsx';
import type { MyTenant } from '../api/team.ts';
import { useAttempt } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { tenantsQuery, useSwitchTenant, useTeamApi } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { usePlace } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { Button, buttonClass } from '../ui/button.tsx';
import { Panel } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { TeamImport } from './team-import.tsx';
import { teamTexts } from './team-texts.ts';

/** The tenants of the reader: which one they are in, the way to another, and a new one. */
export function TenantsPanel({ onClose }: PanelProps) {
  const api = useTeamApi();
  const t = useOwnTexts(teamTexts);
  const attempt = useAttempt(keys.tenants);
  const switchTo = useSwitchTenant();
  const tenants = useQuery(tenantsQuery(api));
  const create = async (form: FormData) => {
    const name = String(form.get('team') ?? '').trim();
    if (name) await attempt(async () => switchTo((await api.createTenant(name)).id));
  };
  return (
    <Panel title={t('teams')} onClose={onClose}>
      {!tenants.data && tenants.error && <LoadFailed error={tenants.error} onRetry={() => void tenants.refetch()} />}
      <ul className="pb-4">
        {tenants.data?.map((tenant) => (
          <TenantLine key={tenant.id} tenant={tenant} onGo={() => void attempt(() => switchTo(tenant.id))} />
        ))}
      </ul>
      <Joinable />
      <Part title={t('newTeam')} text={t('newTeamText')}>
        <Form onSubmit={(form) => void create(form)} className="flex flex-wrap items-end gap-2">
          <Field
            className="min-w-40 flex-1"
            label={t('teamName')}
            name="team"
            maxLength={100}
            autoComplete="off"
            required
          />
          <Button type="submit">{t('newTeam')}</Button>
        </Form>
      </Part>
      <TeamImport />
    </Panel>
  );
}

function TenantLine({ tenant, onGo }: { tenant: MyTenant; onGo(): void }) {
  const t = useOwnTexts(teamTexts);
  const { day } = useTexts();
  const place = usePlace();
  const { name, role, isPersonal, isCurrent, memberCount, suspendedAt, deletionAt } = tenant;
  const facts = [
    isPersonal ? t('personal') : `${t(`role.${role}`)} · ${t('members', { count: memberCount })}`,
    suspendedAt && t('suspended'),
    deletionAt && t('goes', { day: day(deletionAt) }),
    isCurrent && t('here'),
  ];
  return (
    <Line
      title={<span className={isCurrent ? 'font-semibold' : ''}>{name}</span>}
      text={facts.filter(Boolean).join(' · ')}
    >
      {isCurrent && (
        <PlaceLink
          place={{ ...place, panel: isPersonal ? 'team:limits' : 'team:members' }}
          isReplacing
          className={buttonClass('plain')}
        >
          {t('manage', { name })}
        </PlaceLink>
      )}
      {!isCurrent && (
        <Button aria-label={t('goToLabel', { name })} onClick={onGo}>
          {t('goTo')}
        </Button>
      )}
    </Line>
  );
}

/** Teams that take in everybody of a domain in which the reader has their address. */
function Joinable() {
  const api = useTeamApi();
  const t = useOwnTexts(teamTexts);
  const attempt = useAttempt(keys.tenants);
  const switchTo = useSwitchTenant();
  const items = useQuery({ queryKey: [...keys.tenants, 'joinable'], queryFn: api.joinable }).data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Part title={t('joinable')}>
      <ul>
        {items.map(({ domain, tenantName: name }) => (
          <Line key={domain} title={name} text={t('joinableText', { domain })}>
            <Button
              aria-label={t('joinLabel', { name })}
              onClick={() => void attempt(async () => switchTo((await api.join(domain)).tenantId))}
            >
              {t('join')}
            </Button>
          </Line>
        ))}
      </ul>
    </Part>
  );
}
