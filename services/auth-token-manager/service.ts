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
  try {
    const waitMs = settings.leaseSeconds * 1_500;
    const { tier } = await look(manager, { nextLookMs: settings.nextRunMs, waitMs, signal: host.signal });
    return tier === 'critical' ? 1 : 0;
  } finally {
    await manager.close();
  }
}

/** Looks again and again. Nothing is opened before the first look. */
async function start(settings: Config, host: Host) {
  const { log, signal } = host;
  const metrics = createMetrics(host.metrics);
  let manager: ReturnType<typeof openManager> | null = null;
  const opened = () => {
    manager ??= openManager(settings, host, { metrics });
    return manager;
  };
  let told: string | null = null;
  const looking = oneAtATime(
    async () => {
      const reason = await failureOfLook(opened, { nextLookMs: settings.checkMs, waitMs: 0, signal });
      if (reason && reason !== told) log.error({ reason }, 'external tokens cannot be looked at');
      told = reason;
      if (settings.aliveFile) await writeFile(settings.aliveFile, '').catch(() => undefined);
    },
    (error) => log.error({ reason: sentenceOf(error) }, 'external tokens cannot be looked at'),
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

/** Null where the look succeeded; what is wrong with the whole store is told when it begins, not at each look. */
async function failureOfLook(
  opened: () => Promise<Manager>,
  options: Parameters<typeof look>[1],
): Promise<string | null> {
  try {
    await look(await opened(), options);
    return null;
  } catch (error) {
    return sentenceOf(error);
  }
}
