import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAct, useEnrichment } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { CheckField } from '../ui/field.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Figures } from './figures.tsx';
import { useMeasures } from './measures.ts';
import { NotAllCounted } from './not-all-counted.tsx';
import { Growth, Troubles } from './owner-parts.tsx';
import { Table } from './plots.tsx';
import { type Span, type TenantStatistics, useStatisticsApi } from './statistics-api.ts';
import { statisticsTexts } from './statistics-texts.ts';

/** How a team does, in sums, for those who are responsible for it. */
export function TeamView({ span, isOwner }: { span: Span; isOwner: boolean }) {
  const t = useOwnTexts(statisticsTexts);
  const { number } = useMeasures();
  const api = useStatisticsApi();
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.statistics, 'team', span],
    queryFn: () => api.team(span),
  });
  if (!data) return error && <LoadFailed error={error} onRetry={() => void refetch()} />;
  const { sizes } = data;
  return (
    <>
      <NotAllCounted isComplete={data.isComplete} />
      <Figures
        figures={[
          [t('readers'), number(sizes.readers)],
          [t('feeds'), number(sizes.feeds)],
          [t('failing'), number(sizes.failing)],
          [t('modelRequests'), number(sizes.modelRequestsThisMonth)],
        ]}
      />
      <Troubles feeds={data.troubles} />
      <Growth data={data} />
      <TeamReading data={data} />
      <TeamSwitch isOwner={isOwner} />
    </>
  );
}

function TeamReading({ data }: { data: TenantStatistics }) {
  const t = useOwnTexts(statisticsTexts);
  const { date, duration } = useMeasures();
  const told = data.reading.flatMap(({ week, readers, sums }) => (sums && readers ? [{ week, readers, ...sums }] : []));
  return (
    <section className="border-t border-line py-6">
      <h2 className="font-serif text-lg">{t('teamReading')}</h2>
      <p className="mt-1 mb-3 text-sm text-soft">{t('teamReadingText', { count: data.readersMinimum })}</p>
      {told.length > 0 && (
        <Table
          caption={t('teamReading')}
          head={[t('week'), t('readers'), t('opened'), t('read'), t('spent')]}
          rows={told.map(({ week, readers, opened, read, spentSeconds }) => [
            date(week),
            readers,
            opened,
            read,
            duration(spentSeconds),
          ])}
        />
      )}
    </section>
  );
}

function TeamSwitch({ isOwner }: { isOwner: boolean }) {
  const t = useOwnTexts(statisticsTexts);
  const cache = useQueryClient();
  const act = useAct();
  const api = useEnrichment();
  const own = useStatisticsApi();
  const [isAsking, setAsking] = useState(false);
  const { data } = useQuery({ queryKey: keys.tenantSettings, queryFn: api.tenantSettings });
  if (!data) return null;
  const change = async (statistics: boolean) => {
    cache.setQueryData(keys.tenantSettings, { ...data, statistics });
    await act(() => api.changeTenantSettings({ statistics }));
    await cache.invalidateQueries({ queryKey: keys.tenantSettings });
  };
  const forget = async () => {
    setAsking(false);
    await act(own.forgetTeam);
    await cache.invalidateQueries({ queryKey: keys.statistics });
  };
  return (
    <section className="border-t border-line py-6">
      <CheckField
        label={t('teamSwitch')}
        hint={t('teamSwitchHint')}
        checked={data.statistics}
        onChange={(statistics) => void change(statistics)}
      />
      {isOwner && (
        <Button className="mt-2" onClick={() => setAsking(true)}>
          {t('forgetTeam')}
        </Button>
      )}
      {isAsking && (
        <Confirm
          title={t('forgetTeamTitle')}
          text={t('forgetText')}
          action={t('forgetTeam')}
          isDangerous
          onCancel={() => setAsking(false)}
          onConfirm={() => void forget()}
        />
      )}
    </section>
  );
}
