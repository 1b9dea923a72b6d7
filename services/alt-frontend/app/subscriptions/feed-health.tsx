import type { Subscription } from '../api/api.ts';
import type { Translate } from '../language/catalogue.ts';
import { useTexts } from '../language/translate.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { troubleText } from './feed-troubles.ts';

type Status = Subscription['status'];

const marks: Record<Status['state'], { icon: IconName; colour: string }> = {
  ok: { icon: 'check', colour: 'text-accent' },
  pending: { icon: 'refresh', colour: 'text-soft' },
  failing: { icon: 'warning', colour: 'text-warning' },
  gone: { icon: 'warning', colour: 'text-danger' },
};

/** How a feed is doing: what happened last, why, and what comes next. */
export function FeedHealth({ subscription }: { subscription: Subscription }) {
  const { t, ago, dateTime, language } = useTexts();
  const { status } = subscription;
  const { icon, colour } = marks[status.state];
  return (
    <section aria-label={t('feed.health')} className="flex gap-3 rounded-xl bg-hover p-4">
      <Icon name={icon} className={colour} />
      <div className="min-w-0 flex-1 text-[0.9375rem]">
        <p className="font-medium">{t(`feed.${status.state}`)}</p>
        {status.error && <p className="mt-1 wrap-anywhere">{troubleText(status.error, language)}</p>}
        <ul className="mt-1 text-sm text-soft">
          {timesOf(status, t, ago, Date.now()).map(({ text, time }) => (
            <li key={text} title={time ? dateTime(time) : undefined}>
              {text}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

/** The moments of a feed's life that a reader may want to know. `now` in milliseconds. */
export function timesOf(
  status: Status,
  t: Translate,
  ago: (time: string) => string,
  now: number,
): Array<{ text: string; time: string | null }> {
  const last = status.lastSuccessAt
    ? { text: t('feed.lastSuccess', { when: ago(status.lastSuccessAt) }), time: status.lastSuccessAt }
    : { text: t('feed.neverSucceeded'), time: null };
  if (!status.nextPollAt) return [last];
  const isSoon = Date.parse(status.nextPollAt) - now < 60_000;
  const next = isSoon ? t('feed.nextPollSoon') : t('feed.nextPoll', { when: ago(status.nextPollAt) });
  return [last, { text: next, time: status.nextPollAt }];
}
