import { useInfiniteQuery } from '@tanstack/react-query';
import type { ListedSession } from '../api/account.ts';
import { useAccountApi, useAttempt } from '../data/account.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { accountTexts } from './account-texts.ts';
import { deviceOf } from './device.ts';
import { Line, Part } from './parts.tsx';

/** Every device that is signed in, in plain words, with the way to sign it out. */
export function Sessions() {
  const api = useAccountApi();
  const t = useOwnTexts(accountTexts);
  const { show } = useToasts();
  const attempt = useAttempt([...keys.account, 'sessions']);
  const list = useInfiniteQuery({
    queryKey: [...keys.account, 'sessions'],
    queryFn: ({ pageParam }) => api.sessions(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  });
  const sessions = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const endOthers = async () => {
    let count = 0;
    const isDone = await attempt(async () => {
      count = (await api.endOtherSessions()).ended;
    });
    if (isDone) show({ text: t('ended', { count }) });
  };
  return (
    <Part title={t('devices')}>
      {!list.data && list.error && <LoadFailed error={list.error} onRetry={() => void list.refetch()} />}
      <ul>
        {sessions.map((session) => (
          <SessionLine
            key={session.id}
            session={session}
            onEnd={() => void attempt(() => api.endSession(session.id))}
          />
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        {list.hasNextPage && <Button onClick={() => void list.fetchNextPage()}>{t('more')}</Button>}
        {sessions.some(({ isCurrent }) => !isCurrent) && (
          <Button onClick={() => void endOthers()}>{t('endOthers')}</Button>
        )}
      </div>
    </Part>
  );
}

function SessionLine({ session, onEnd }: { session: ListedSession; onEnd(): void }) {
  const t = useOwnTexts(accountTexts);
  const { ago } = useTexts();
  const device = deviceOf(session.device);
  const name = device ? t('device', device) : session.device.slice(0, 60) || t('unknownDevice');
  const seen = t('seen', { when: ago(session.lastSeenAt), address: session.address });
  return (
    <Line
      title={
        <>
          {name} {session.isCurrent && <span className="text-soft">· {t('thisDevice')}</span>}
        </>
      }
      text={`${seen} · ${t('signedInAt', { when: ago(session.createdAt) })}`}
    >
      {!session.isCurrent && (
        <Button aria-label={t('endLabel', { name })} onClick={onEnd}>
          {t('end')}
        </Button>
      )}
    </Line>
  );
}
