import { useQuery } from '@tanstack/react-query';
import type { LimitUse } from '../api/team.ts';
import { limitsQuery, useTeamApi } from '../data/team.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { LoadFailed } from '../ui/load-failed.tsx';
import { limitTexts } from './limit-texts.ts';

/** What the tenant may use and uses, and what happens where a limit is reached. */
export function LimitBars() {
  const t = useOwnTexts(limitTexts);
  const { data, error, refetch } = useQuery(limitsQuery(useTeamApi()));
  return (
    <>
      {!data && error && <LoadFailed error={error} onRetry={() => void refetch()} />}
      {data && <p className="pb-3 text-sm text-soft">{t('plan', { plan: data.plan })}</p>}
      <ul className="flex flex-col gap-5">
        {data?.items.map((item) => (
          <LimitBar key={item.kind} item={item} />
        ))}
      </ul>
    </>
  );
}

function LimitBar({ item: { kind, limit, used, isNear, isReached } }: { item: LimitUse }) {
  const t = useOwnTexts(limitTexts);
  const { number } = useTexts();
  const known = used === null ? t('unknownUse') : number(used);
  const share = limit === null ? `${known} · ${t('noLimit')}` : t('ofLimit', { used: known, limit: number(limit) });
  return (
    <li>
      <p className="flex flex-wrap justify-between gap-x-3 text-[0.9375rem]">
        <span>{t(`limit.${kind}`)}</span>
        <span className="text-soft tabular-nums">{share}</span>
      </p>
      {limit !== null && used !== null && (
        <progress
          className="progress mt-1.5"
          aria-label={t(`limit.${kind}`)}
          aria-valuetext={share}
          value={Math.min(used, limit)}
          max={Math.max(limit, 1)}
        />
      )}
      {(isNear || isReached) && (
        <p className="mt-1.5 text-sm">
          <span className="text-warning">{t(isReached ? 'reached' : 'near')}</span>{' '}
          <span className="text-soft">{t(`then.${kind}`)}</span>
        </p>
      )}
    </li>
  );
}

/** Says where a feed is added that there is little room left for feeds, or none. */
export function FeedLimitNote() {
  const t = useOwnTexts(limitTexts);
  const { number } = useTexts();
  const { data } = useQuery(limitsQuery(useTeamApi()));
  const feeds = data?.items.find(({ kind }) => kind === 'feeds');
  if (!feeds || feeds.limit === null || feeds.used === null || !(feeds.isNear || feeds.isReached)) return null;
  return (
    <p role="status" className="pb-4 text-sm text-warning">
      {feeds.isReached
        ? t('feedsReached', { limit: number(feeds.limit) })
        : t('feedsNear', { count: feeds.limit - feeds.used })}
    </p>
  );
}
