import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { CurrentTenant, Role } from '../api/team.ts';
import { isAtLeast, tenantQuery, useRole, useTeamApi } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import type { PanelProps } from '../reader/panels.tsx';
import { usePlace } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { Panel } from '../ui/dialog.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { AuditLog } from './audit-log.tsx';
import { Domains } from './domains.tsx';
import { Invitations } from './invitations.tsx';
import { LimitBars } from './limit-bars.tsx';
import { Members } from './members.tsx';
import { Ownership } from './ownership.tsx';
import { TeamSettings } from './team-settings.tsx';
import { teamTexts } from './team-texts.ts';

type PartName = 'members' | 'invitations' | 'limits' | 'settings' | 'domains' | 'log' | 'end';

interface PartOfTeam {
  name: PartName;
  least: Role;
  /** Whether a tenant of one person has it as well. */
  isForOne: boolean;
  show(tenant: CurrentTenant): ReactNode;
}

const parts: readonly PartOfTeam[] = [
  { name: 'members', least: 'reader', isForOne: false, show: () => <Members /> },
  { name: 'invitations', least: 'member', isForOne: false, show: (tenant) => <Invitations tenant={tenant} /> },
  { name: 'limits', least: 'reader', isForOne: true, show: () => <LimitBars /> },
  {
    name: 'settings',
    least: 'admin',
    isForOne: false,
    show: (tenant) => <TeamSettings key={tenant.version} tenant={tenant} />,
  },
  { name: 'domains', least: 'admin', isForOne: false, show: () => <Domains /> },
  { name: 'log', least: 'admin', isForOne: true, show: () => <AuditLog of="tenant" /> },
  { name: 'end', least: 'owner', isForOne: true, show: (tenant) => <Ownership tenant={tenant} /> },
];

/** The present tenant: who is in it, how others come in, what it may use, and who has it. */
export function TeamPanel({ part, onClose }: PanelProps & { part: string }) {
  const t = useOwnTexts(teamTexts);
  const role = useRole();
  const place = usePlace();
  const tenant = useQuery(tenantQuery(useTeamApi()));
  const { data } = tenant;
  const shown = parts.filter(({ least, isForOne }) => isAtLeast(role, least) && (isForOne || !data?.isPersonal));
  const current = shown.find(({ name }) => name === part) ?? shown[0];
  return (
    <Panel title={data?.name ?? t('teams')} onClose={onClose}>
      {!data && tenant.error && <LoadFailed error={tenant.error} onRetry={() => void tenant.refetch()} />}
      {data && (
        <>
          <nav aria-label={t('parts')} className="flex flex-wrap gap-1 pb-4">
            {shown.map(({ name }) => (
              <PlaceLink
                key={name}
                place={{ ...place, panel: `team:${name}` }}
                isReplacing
                aria-current={name === current?.name ? 'page' : undefined}
                className="flex min-h-11 items-center rounded-lg px-3 text-sm hover:bg-hover aria-[current=page]:bg-chosen aria-[current=page]:font-semibold md:min-h-8"
              >
                {t(`part.${name}`)}
              </PlaceLink>
            ))}
          </nav>
          {current?.show(data)}
        </>
      )}
    </Panel>
  );
}
