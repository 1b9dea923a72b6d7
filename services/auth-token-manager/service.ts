import { writeFile } from 'node:fs/promises';
import { createApp, type Host, oneAtATime, type Service } from '@alt/service-kit';
import { type Config, config } from './config.ts';
import { look, type Manager, openManager } from './manager.ts';
import { createMetrics } from './metrics.ts';
import { sentenceOf } from './refreshing.ts';

/** Keeps the tokens of external services alive. */
export const service: Service<Config, 'auth-token-manager'> = {
  name: 'auth-token-manager',
  config,
  usesDatabase: ({ store }) => store === 'postgres',
  run,
  start,
};

/** One look at every account. 1 where one of them needs a person, so that the job of a cluster fails and is seen. */
async function run(settings: Config, host: Host): Promise<number> {
  const manager = await openManager(settings, host, { metrics: createMetrics(host.metrics) });
  const waitMs = settings.leaseSeconds * 1_500;
  const watched = host.jobs.watched(TASK, settings.nextRunMs || settings.checkMs, (signal: AbortSignal) =>
    lookWell(manager, { nextLookMs: settings.nextRunMs, waitMs, signal }),
  );
  try {
    await watched(host.signal);
    return 0;
  } catch (error) {
    if (error instanceof NotWell) return 1;
    throw error;
  } finally {
    await manager.close();
  }
}

/** Looks again and again. Nothing is opened before the first look. */
async function start(settings: Config, host: Host) {
  const { log, signal } = host;
  const metrics = createMetrics(host.metrics);
  let manager: ReturnType<typeof openManager> | null = null;
  const watched = host.jobs.watched(TASK, settings.checkMs, async (stopping: AbortSignal) => {
    manager ??= openManager(settings, host, { metrics });
    await lookWell(await manager, { nextLookMs: settings.checkMs, waitMs: 0, signal: stopping });
  });
  let told = '';
  const looking = oneAtATime(
    async () => {
      const reason = await watched(signal).then(() => '', failureOf);
      // What is wrong with the whole store is told when it begins, not at each look.
      if (reason && reason !== told) log.error({ reason }, 'external tokens cannot be looked at');
      told = reason;
      if (settings.aliveFile) await writeFile(settings.aliveFile, '').catch(() => undefined);
    },
    (error) => log.error({ reason: failureOf(error) }, 'external tokens cannot be looked at'),
  );
  const timer = setInterval(() => void looking.ask(), settings.checkMs);
  timer.unref();
  void looking.ask();
  return {
    fetch: createApp({ host, routes: [], checks: {} }).fetch,
    async stop() {
      clearInterval(timer);
      await looking.stop();
      await (await manager?.catch(() => null))?.close();
    },
  };
}

/** By this name `alt status` knows it. */
const TASK = 'external-tokens';

/** A look at which all went as it should, and that found what only a person can mend. It was told already. */
class NotWell extends Error {}

async function lookWell(manager: Manager, options: Parameters<typeof look>[1]): Promise<void> {
  const { reports } = await look(manager, options);
  const grave = reports.filter(({ tier }) => tier === 'critical');
  const sentences = grave.map(({ provider, account, sentence }) => `${provider}/${account}: ${sentence}`);
  if (grave.length > 0) throw new NotWell(sentences.join(' '));
}

function failureOf(error: unknown): string {
  return error instanceof NotWell ? '' : sentenceOf(error);
}
