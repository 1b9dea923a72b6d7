import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../data/api-context.ts';
import { identityQuery } from '../data/queries.ts';
import type { StatisticsPart } from '../data/sources.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { PageBar } from '../pages/page-bar.tsx';
import type { Place } from '../reader/place.ts';
import { PlaceLink } from '../reader/place-link.tsx';
import { Choice } from '../ui/field.tsx';
import { OwnReading } from './own-reading.tsx';
import { PlatformView } from './platform-view.tsx';
import { type Span, spans } from './statistics-api.ts';
import { statisticsTexts } from './statistics-texts.ts';
import { TeamView } from './team-view.tsx';

/** What the reader read; for who is responsible for the team or for this Alt, how those do. */
export function StatisticsPage({ place, part }: { place: Place; part: StatisticsPart }) {
  const t = useOwnTexts(statisticsTexts);
  const { t: common } = useTexts();
  const [span, setSpan] = useState<Span>('month');
  const identity = useQuery(identityQuery(useApi())).data;
  const isAdmin = identity?.role === 'owner' || identity?.role === 'admin';
  const parts = (['own', 'team', 'platform'] as const).filter(
    (name) => name === 'own' || (name === 'team' ? isAdmin : identity?.ownsInstance),
  );
  return (
    <>
      <PageBar title={common('nav.statistics')} />
      <div className="scroll px-5 py-4 md:px-8">
        <div className="mx-auto max-w-[44rem] pb-16">
          {parts.length > 1 && <Parts parts={parts} part={part} place={place} />}
          <Choice<Span>
            label={t('span')}
            value={span}
            options={spans.map((name) => [name, t(`span.${name}`)])}
            onChange={setSpan}
          />
          {part === 'own' && <OwnReading span={span} />}
          {part === 'team' && isAdmin && <TeamView span={span} isOwner={identity?.role === 'owner'} />}
          {part === 'platform' && identity?.ownsInstance && <PlatformView span={span} />}
        </div>
      </div>
    </>
  );
}

function Parts({ parts, part, place }: { parts: readonly StatisticsPart[]; part: StatisticsPart; place: Place }) {
  const t = useOwnTexts(statisticsTexts);
  return (
    <nav aria-label={t('which')} className="mb-4 inline-flex gap-0.5 rounded-lg bg-hover p-0.5">
      {parts.map((name) => (
        <PlaceLink
          key={name}
          place={{ ...place, source: { kind: 'statistics', part: name }, isHome: false }}
          isReplacing
          aria-current={name === part ? 'page' : undefined}
          className="inline-flex min-h-11 items-center rounded-md px-3 text-sm text-soft aria-[current=page]:bg-pressed aria-[current=page]:text-ink md:min-h-7"
        >
          {t(`part.${name}`)}
        </PlaceLink>
      ))}
    </nav>
  );
}
