import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { createConnectionsApi, type InoreaderConnection } from '../api/connections.ts';
import { useConnection } from '../data/api-context.ts';
import { useAct } from '../data/enrichment.ts';
import { keys } from '../data/keys.ts';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { inoreaderTexts } from './inoreader-texts.ts';

const REFRESH_MS = 15_000;

/** The account at Inoreader: how to connect one, how its synchronisation stands, and what it may still ask today. */
export function InoreaderSettings() {
  const { client } = useConnection();
  const api = useMemo(() => createConnectionsApi(client), [client]);
  const cache = useQueryClient();
  const act = useAct();
  const { data, error, refetch } = useQuery({
    queryKey: keys.inoreader,
    queryFn: api.inoreader,
    refetchInterval: REFRESH_MS,
  });
  if (!data) return error && <LoadFailed error={error} onRetry={() => void refetch()} />;
  if (!data.connection) return <HowToConnect />;
  const run = async (work: () => Promise<void>) => {
    await act(work);
    await cache.invalidateQueries({ queryKey: keys.inoreader });
  };
  return (
    <Connected
      connection={data.connection}
      onSync={(confirm) => void run(() => api.syncInoreader(confirm))}
      onDisconnect={() => void run(api.disconnectInoreader)}
    />
  );
}

const commands = ['alt tokens authorize inoreader', 'alt inoreader connect'];

function HowToConnect() {
  const t = useOwnTexts(inoreaderTexts);
  return (
    <div className="-mt-3 flex flex-col gap-2 text-sm text-soft">
      <p>{t('about')}</p>
      <p>{t('how')}</p>
      <pre className="overflow-x-auto rounded-lg bg-chosen px-3 py-2 text-ink">
        <code>{commands.join('\n')}</code>
      </pre>
    </div>
  );
}

interface ConnectedProps {
  connection: InoreaderConnection;
  onSync(confirm: boolean): void;
  onDisconnect(): void;
}

function Connected({ connection, onSync, onDisconnect }: ConnectedProps) {
  const t = useOwnTexts(inoreaderTexts);
  const [isEnding, setIsEnding] = useState(false);
  const isDoubted = connection.problem?.code.startsWith('mass-deletion') ?? false;
  return (
    <div className="-mt-3 flex flex-col gap-4">
      <Standing connection={connection} />
      {connection.budgets.length > 0 && (
        <div className="flex flex-col gap-3">
          {connection.budgets.map((budget) => (
            <BudgetBar key={budget.kind} budget={budget} />
          ))}
          <p className="text-sm text-soft">{t('budgetText')}</p>
        </div>
      )}
      <div className="flex flex-wrap gap-2">
        <Button disabled={connection.isWanted} onClick={() => onSync(false)}>
          {t(connection.isWanted ? 'asked' : 'sync')}
        </Button>
        {isDoubted && (
          <Button look="danger" onClick={() => onSync(true)}>
            {t('confirm')}
          </Button>
        )}
        <Button look="danger" onClick={() => setIsEnding(true)}>
          {t('disconnect')}
        </Button>
      </div>
      {isEnding && (
        <Confirm
          title={t('disconnectTitle')}
          text={t('disconnectText')}
          action={t('disconnect')}
          isDangerous
          onCancel={() => setIsEnding(false)}
          onConfirm={() => {
            setIsEnding(false);
            onDisconnect();
          }}
        />
      )}
    </div>
  );
}

/** In plain words: whose account, when it last agreed, what waits, and what is wrong. */
function Standing({ connection }: { connection: InoreaderConnection }) {
  const t = useOwnTexts(inoreaderTexts);
  const { ago } = useTexts();
  const { account, lastSuccessAt, problem, waiting, state } = connection;
  const isTrouble = state === 'unauthorised' || state === 'failing';
  return (
    <div className="flex flex-col gap-1 text-sm">
      <p>
        {t('account', { account })}{' '}
        <span className="text-soft">{lastSuccessAt ? t('last', { when: ago(lastSuccessAt) }) : t('never')}</span>
      </p>
      <p className="text-soft">
        {t('feeds', { count: connection.subscriptions })} · {t('articles', { count: connection.articles })}
      </p>
      {(waiting.articles > 0 || waiting.changes > 0) && (
        <p className="text-soft">
          {[
            waiting.articles > 0 && t('waitingArticles', { count: waiting.articles }),
            waiting.changes > 0 && t('waitingChanges', { count: waiting.changes }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
      {problem && (
        <p role="status" className={isTrouble ? 'text-danger' : 'text-ink'}>
          {t(`problem.${problem.code}`)}
        </p>
      )}
    </div>
  );
}

/** The day's requests of a kind: what is spent, what is left, and the reserve at the end. */
function BudgetBar({ budget }: { budget: InoreaderConnection['budgets'][number] }) {
  const t = useOwnTexts(inoreaderTexts);
  const { ago, number } = useTexts();
  const { kind, allowed, reserve, used, resetsAt } = budget;
  const share = (count: number) => `${Math.min(100, (count / Math.max(1, allowed)) * 100)}%`;
  const spendable = allowed - reserve;
  return (
    <div>
      <p className="mb-1 flex flex-wrap justify-between gap-x-3 text-sm">
        <span>{t(kind)}</span>
        <span className="text-soft tabular-nums">
          {t('used', { used: number(used), spendable: number(spendable) })} · {t('resets', { when: ago(resetsAt) })}
        </span>
      </p>
      <meter className="sr-only" aria-label={t(kind)} min={0} max={spendable} value={Math.min(used, spendable)} />
      <div aria-hidden="true" className="flex h-2 overflow-hidden rounded-full bg-line">
        <div className="bg-accent" style={{ width: share(used) }} />
        <div
          className="ml-auto border-l border-raised bg-soft/50"
          style={{ width: share(reserve) }}
          title={t('reserve')}
        />
      </div>
    </div>
  );
}
