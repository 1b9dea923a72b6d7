import { useQuery } from '@tanstack/react-query';
import { keys } from '../data/keys.ts';
import { useSettings } from '../data/queries.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Notice } from '../ui/notice.tsx';
import { Collected } from './collected.tsx';
import { Figures } from './figures.tsx';
import { useMeasures } from './measures.ts';
import { NeverOpened } from './never-opened.tsx';
import { NotAllCounted } from './not-all-counted.tsx';
import { Bars, Plot, Ranks, WeekMap } from './plots.tsx';
import { type ReadingStatistics, type Span, useStatisticsApi } from './statistics-api.ts';
import { statisticsTexts } from './statistics-texts.ts';

/** The reader’s own statistics; nobody else sees them. */
export function OwnReading({ span }: { span: Span }) {
  const api = useStatisticsApi();
  const t = useOwnTexts(statisticsTexts);
  const zone = useSettings()?.timeZone;
  const { data, error, refetch } = useQuery({
    queryKey: [...keys.statistics, 'own', span, zone],
    queryFn: () => api.own(span, zone ?? 'UTC'),
    enabled: zone !== undefined,
  });
  if (!data) return error && <LoadFailed error={error} onRetry={() => void refetch()} />;
  const hasAny = data.days.length > 0;
  return (
    <>
      <NotAllCounted isComplete={data.isComplete} />
      {hasAny ? <Told data={data} /> : <Notice icon="chart" title={t('none')} text={t('noneText')} />}
      {data.isOn && <NeverOpened ids={data.neverOpened} />}
      <Collected data={data} />
    </>
  );
}

function Told({ data }: { data: ReadingStatistics }) {
  const t = useOwnTexts(statisticsTexts);
  const { number, duration } = useMeasures();
  const { totals, streaks } = data;
  return (
    <>
      <p className="my-5 font-serif text-xl/relaxed text-pretty">
        {t('lead', {
          opened: t('articles', { count: totals.opened }),
          days: t('onDays', { count: streaks.activeDays }),
          time: duration(totals.spentSeconds),
        })}
      </p>
      <Figures
        figures={[
          [t('opened'), number(totals.opened)],
          [t('read'), number(totals.read)],
          [t('spent'), duration(totals.spentSeconds)],
          [t('saved'), duration(totals.savedSeconds)],
        ]}
      />
      <p className="mb-6 text-sm text-soft">
        {streaks.current > 1 && `${t('streak', { count: streaks.current })} `}
        {totals.cleared > 0 && `${t('cleared', { count: totals.cleared })} `}
        {t('unreadNow', { unread: number(data.unreadNow), entries: number(data.entriesNow) })}
      </p>
      <DayPlot data={data} />
      <WeekPlot week={data.week.opened} />
      <FeedPlot feeds={data.feeds} />
      <FolderPlot folders={data.folders} />
    </>
  );
}

/** Every day of the span, those without reading too. */
function everyDay({ from, to, days }: ReadingStatistics) {
  const known = new Map(days.map((day) => [day.date, day]));
  const dates: string[] = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000)
    dates.push(new Date(at).toISOString().slice(0, 10));
  return dates.map((date) => ({
    date,
    opened: known.get(date)?.opened ?? 0,
    seconds: known.get(date)?.spentSeconds ?? 0,
  }));
}

function DayPlot({ data }: { data: ReadingStatistics }) {
  const t = useOwnTexts(statisticsTexts);
  const { date, duration } = useMeasures();
  const days = everyDay(data);
  const best = days.reduce((most, day) => (day.opened > most.opened ? day : most));
  return (
    <Plot
      title={t('byDay')}
      sentence={t('byDayText', { date: date(best.date), opened: t('articles', { count: best.opened }) })}
      head={[t('day'), t('opened'), t('spent')]}
      rows={days
        .filter(({ opened, seconds }) => opened + seconds > 0)
        .map((day) => [date(day.date), day.opened, duration(day.seconds)])}
    >
      <Bars values={days.map(({ opened }) => opened)} labels={[date(data.from), date(data.to)]} />
    </Plot>
  );
}

function WeekPlot({ week }: { week: ReadingStatistics['week']['opened'] }) {
  const t = useOwnTexts(statisticsTexts);
  const { weekday } = useMeasures();
  const cells = week.flatMap((hours, day) => hours.map((value, hour) => ({ day, hour, value })));
  const best = cells.reduce((most, cell) => (cell.value > most.value ? cell : most));
  if (best.value === 0) return null;
  const hours = [0, 6, 12, 18];
  return (
    <Plot
      title={t('byHour')}
      sentence={t('byHourText', { day: weekday(best.day, 'long'), from: best.hour, to: best.hour + 1 })}
      head={[t('day'), ...hours.map((hour) => `${hour}–${hour + 6}`)]}
      rows={week.map((row, day) => [
        weekday(day, 'long'),
        ...hours.map((hour) => row.slice(hour, hour + 6).reduce((sum, one) => sum + one, 0)),
      ])}
    >
      <WeekMap week={week} />
    </Plot>
  );
}

const SHOWN_FEEDS = 10;

function FeedPlot({ feeds }: { feeds: ReadingStatistics['feeds'] }) {
  const t = useOwnTexts(statisticsTexts);
  const { duration } = useMeasures();
  const read = feeds.filter(({ opened, spentSeconds, read: count }) => opened + spentSeconds + count > 0);
  const [first] = read;
  if (!first) return null;
  return (
    <Plot
      title={t('byFeed')}
      sentence={t('byFeedText', { name: first.title || t('gone'), time: duration(first.spentSeconds) })}
      head={[t('feed'), t('received'), t('opened'), t('read'), t('spent')]}
      rows={read.map((feed) => [
        feed.title || t('gone'),
        feed.received,
        feed.opened,
        feed.read,
        duration(feed.spentSeconds),
      ])}
    >
      <Ranks
        rows={read.slice(0, SHOWN_FEEDS).map(({ title, spentSeconds, opened }) => ({
          name: title || t('gone'),
          value: spentSeconds,
          text: `${t('articles', { count: opened })} · ${duration(spentSeconds)}`,
        }))}
      />
    </Plot>
  );
}

function FolderPlot({ folders }: { folders: ReadingStatistics['folders'] }) {
  const t = useOwnTexts(statisticsTexts);
  const { duration } = useMeasures();
  const read = folders.filter(({ opened }) => opened > 0).sort((a, b) => b.spentSeconds - a.spentSeconds);
  const [first] = read;
  if (!first) return null;
  return (
    <Plot
      title={t('byFolder')}
      sentence={t('byFolderText', { name: first.name, opened: t('articles', { count: first.opened }) })}
      head={[t('folder'), t('opened'), t('read'), t('spent')]}
      rows={read.map((folder) => [folder.name, folder.opened, folder.read, duration(folder.spentSeconds)])}
    >
      <Ranks
        rows={read.map(({ name, spentSeconds, opened }) => ({
          name,
          value: spentSeconds,
          text: `${t('articles', { count: opened })} · ${duration(spentSeconds)}`,
        }))}
      />
    </Plot>
  );
}
