import { useQuery } from '@tanstack/react-query';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Figures } from './figures.tsx';
import { useMeasures } from './measures.ts';
import { NotAllCounted } from './not-all-counted.tsx';
import { Growth, Troubles } from './owner-parts.tsx';
import { Bars, Plot, Table } from './plots.tsx';
import { type PlatformStatistics, type Span, useStatisticsApi } from './statistics-api.ts';
import { statisticsTexts } from './statistics-texts.ts';

/** How this Alt does, for who owns it. */
export function PlatformView({ span }: { span: Span }) {
  const t = useOwnTexts(statisticsTexts);
  const { number, bytes } = useMeasures();
  const api = useStatisticsApi();
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.statistics, 'platform', span],
    queryFn: () => api.platform(span),
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
          [t('articlesKept'), number(sizes.articles)],
          [t('size'), bytes(sizes.bytes)],
        ]}
      />
      <Troubles feeds={data.troubles} />
      <Growth data={data} />
      <Stages stages={data.stages} />
      <Models models={data.models} prices={data.prices} />
      <Searches searches={data.searches} />
    </>
  );
}

function Stages({ stages }: { stages: PlatformStatistics['stages'] }) {
  const t = useOwnTexts(statisticsTexts);
  const { milliseconds, date } = useMeasures();
  const slowest = [...stages].sort((a, b) => (b.p95Ms ?? 0) - (a.p95Ms ?? 0))[0];
  if (!slowest) return null;
  const days = slowest.days;
  return (
    <Plot
      title={t('stages')}
      sentence={t('stagesText', { stage: slowest.stage, p95: milliseconds(slowest.p95Ms) })}
      head={[t('stage'), t('done'), t('failed'), 'p50', 'p95']}
      rows={stages.map((stage) => [
        stage.stage,
        stage.done,
        stage.failed,
        milliseconds(stage.p50Ms),
        milliseconds(stage.p95Ms),
      ])}
    >
      <p className="pb-1 text-xs text-soft">{t('stagesPlot', { stage: slowest.stage })}</p>
      <Bars
        values={days.map(({ p95Ms }) => p95Ms ?? 0)}
        labels={[date(days[0]?.date ?? ''), date(days.at(-1)?.date ?? '')]}
      />
    </Plot>
  );
}

function Models({ models, prices }: Pick<PlatformStatistics, 'models' | 'prices'>) {
  const t = useOwnTexts(statisticsTexts);
  const { milliseconds, language } = useMeasures();
  if (models.length === 0) return null;
  const money = (cost: number | null) =>
    cost === null
      ? '–'
      : `${new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(cost)} ${prices.currency}`;
  return (
    <section className="border-t border-line py-6">
      <h2 className="font-serif text-lg">{t('models')}</h2>
      <p className="mt-1 mb-3 text-sm text-soft">{t('modelsText')}</p>
      <Table
        caption={t('models')}
        head={[t('model'), t('requests'), t('failed'), t('tokensIn'), t('tokensOut'), 'p95', t('cost')]}
        rows={models.map(({ kind, model, done, failed, tokensIn, tokensOut, p95Ms, cost }) => [
          `${model} (${kind})`,
          ...[done, failed, tokensIn, tokensOut],
          milliseconds(p95Ms),
          money(cost),
        ])}
      />
    </section>
  );
}

function Searches({ searches }: Pick<PlatformStatistics, 'searches'>) {
  const t = useOwnTexts(statisticsTexts);
  const { number, milliseconds } = useMeasures();
  const count = searches.done + searches.failed;
  if (count === 0) return null;
  return (
    <section className="border-t border-line py-6">
      <h2 className="font-serif text-lg">{t('searches')}</h2>
      <p className="mt-1 text-sm text-soft">
        {t('searchesText', { count, empty: number(searches.failed), p95: milliseconds(searches.p95Ms) })}
      </p>
    </section>
  );
}
