import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { createTokenReader } from '@alt/external-tokens';
import { createApp, type Host, oneAtATime, type Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import { WAKE_MS } from './budget.ts';
import { type Config, config } from './config.ts';
import { createMetrics } from './metrics.ts';
import { runDue, type SyncTools } from './synchronising.ts';

type SidecarHost = Host<PeerOf<'pre-processor-sidecar'>>;

/** Synchronises readers' Inoreader accounts: a run for each that is due, or, served, one whenever it is. */
export const service: Service<Config, 'pre-processor-sidecar'> = { name: 'pre-processor-sidecar', config, run, start };

/** One run for each connection that is due. Answers 1 where one failed, so that a CronJob shows it. */
async function run(settings: Config, host: SidecarHost): Promise<number> {
  const tools = createTools(settings, host);
  try {
    await host.jobs.watched(TASK, WAKE_MS, runWell)(tools);
    return 0;
  } catch (error) {
    if (error instanceof NotWell) return 1;
    throw error;
  } finally {
    await tools.egress.close();
  }
}

/** Looks again and again whether something is due. */
async function start(settings: Config, host: SidecarHost) {
  const { log, signal } = host;
  const tools = createTools(settings, host);
  const watched = host.jobs.watched(TASK, settings.checkMs, runWell);
  const looking = oneAtATime(
    async () => {
      await watched(tools).catch((error: unknown) => {
        // How each account is was said where it ended.
        if (!(error instanceof NotWell) && !signal.aborted) log.warn({ error: String(error) }, 'cannot synchronise');
      });
      if (settings.aliveFile !== null) await writeFile(settings.aliveFile, '').catch(() => undefined);
    },
    (error) => log.warn({ error: String(error) }, 'cannot synchronise'),
  );
  const timer = setInterval(() => void looking.ask(), settings.checkMs);
  timer.unref();
  void looking.ask();
  return {
    fetch: createApp({ host, routes: [], checks: {} }).fetch,
    async stop() {
      clearInterval(timer);
      await looking.stop();
      await tools.egress.close();
    },
  };
}

/** As the work is called among the jobs of `alt status`. */
const TASK = 'inoreader';

/** Somebody has to look at an account; which one and why was logged and written down. */
class NotWell extends Error {
  override readonly name = 'NotWell';
}

async function runWell(tools: SyncTools): Promise<void> {
  const bad = (await runDue(tools)).filter(({ state }) => state === 'failing' || state === 'unauthorised');
  if (bad[0]) throw new NotWell(bad[0].message ?? bad[0].state);
}

/** What a run needs of the world. Only the host of Inoreader is opened besides what everybody may reach. */
export function createTools(settings: Config, host: SidecarHost): SyncTools {
  const url = new URL(settings.url);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return {
    database: host.database.background,
    egress: host.egress.opening([`${url.hostname}:${port}`]),
    url: settings.url,
    tokens: createTokenReader({ ...settings.tokens, database: host.database }),
    worker: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
    leaseSeconds: settings.leaseSeconds,
    now: () => new Date(),
    signal: host.signal,
    log: host.log,
    metrics: createMetrics(host.metrics),
    isOpenedByOperator: (address) => host.egress.isOpenedByOperator(address),
  };
}
