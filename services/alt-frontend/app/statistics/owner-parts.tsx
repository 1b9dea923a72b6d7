import { useOwnTexts } from '../language/own-texts.ts';
import { useMeasures } from './measures.ts';
import { Bars, Plot, Table } from './plots.tsx';
import type { TenantStatistics } from './statistics-api.ts';
import { statisticsTexts } from './statistics-texts.ts';

/** Feeds that need somebody’s care. */
export function Troubles({ feeds }: { feeds: TenantStatistics['troubles'] }) {
  const t = useOwnTexts(statisticsTexts);
  const { milliseconds } = useMeasures();
  return (
    <section className="border-t border-line py-6">
      <h2 className="font-serif text-lg">{t('troubles')}</h2>
      <p className="mt-1 mb-3 text-sm text-soft">
        {feeds.length === 0 ? t('noTroubles') : t('troublesText', { count: feeds.length })}
      </p>
      {feeds.length > 0 && (
        <Table
          caption={t('troubles')}
          head={[t('feed'), t('trouble'), t('polls'), t('failed'), t('received'), t('mean')]}
          rows={feeds.map((feed) => [
            feed.title,
            t(`trouble.${feed.trouble}`),
            feed.polls,
            feed.failed,
            feed.articles,
            milliseconds(feed.meanMilliseconds),
          ])}
        />
      )}
    </section>
  );
}

/** What came in, by day. */
export function Growth({ data }: { data: Pick<TenantStatistics, 'growth' | 'from' | 'to'> }) {
  const t = useOwnTexts(statisticsTexts);
  const { date, number, bytes } = useMeasures();
  const { growth } = data;
  const [first, last] = [growth[0], growth.at(-1)];
  if (!first || !last) return null;
  const sum = (of: 'articles' | 'bytes' | 'polls') => growth.reduce((total, day) => total + day[of], 0);
  return (
    <Plot
      title={t('growth')}
      sentence={t('growthText', {
        articles: t('articles', { count: sum('articles') }),
        polls: number(sum('polls')),
        bytes: bytes(sum('bytes')),
      })}
      head={[t('day'), t('received'), t('polls'), t('failed'), t('size')]}
      rows={growth.map((day) => [date(day.date), day.articles, day.polls, day.failed, bytes(day.bytes)])}
    >
      <Bars values={growth.map(({ articles }) => articles)} labels={[date(first.date), date(last.date)]} />
    </Plot>
  );
}
