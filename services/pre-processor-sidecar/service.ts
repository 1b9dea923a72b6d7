import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTokenReader } from '@alt/external-tokens';
import type { Host, Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import { type Config, config } from './config.ts';
import { createMetrics } from './metrics.ts';
import { standing } from './store/connections.ts';
import { runDue, type SyncTools } from './synchronising.ts';

type SidecarHost = Host<PeerOf<'pre-processor-sidecar'>>;

/** Synchronises readers' Inoreader accounts: a run for each that is due, or, served, one whenever it is. */
export const service: Service<Config, 'pre-processor-sidecar'> = { name: 'pre-processor-sidecar', config, run, start };

/** One run for each connection that is due. Answers 1 where one failed, so that a CronJob shows it. */
async function run(settings: Config, host: SidecarHost): Promise<number> {
  const tools = createTools(settings, host);
  try {
    const results = await runDue(tools);
    return results.some(({ state }) => state === 'failing' || state === 'unauthorised') ? 1 : 0;
  } finally {
    await tools.egress.close();
  }
}

async function start(settings: Config, host: SidecarHost) {
  const tools = createTools(settings, host);
  const stopping = new AbortController();
  const signal = AbortSignal.any([host.signal, stopping.signal]);
  const looking = (async () => {
    while (!signal.aborted) {
      await runDue({ ...tools, signal }).catch((error: unknown) =>
        host.log.warn({ error: String(error) }, 'a run of the synchronisation failed'),
      );
      if (settings.aliveFile !== null) await writeFile(settings.aliveFile, '');
      await sleep(settings.checkMs, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await looking;
      await tools.egress.close();
    },
  };
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
    metrics: createMetrics(host.metrics, () => standing(host.database)),
    isOpenedByOperator: (address) => host.egress.isOpenedByOperator(address),
  };
}
