import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { statement } from '@alt/database';
import { type RunningStage, runBatches } from '@alt/pipeline';
import { createApp, type Host, type Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import { Counter, Gauge } from 'prom-client';
import { type Config, config } from './config.ts';
import { createEmbeddedEngine } from './embedded/engine.ts';
import type { SearchEngine } from './engine.ts';
import { type Keeping, startKeeping } from './keeping.ts';
import { createLibrary, type Library } from './library.ts';
import { createMeilisearchEngine } from './meilisearch/engine.ts';
import { routes } from './routes.ts';
import { createSearching } from './searching.ts';
import { createTurns } from './turns.ts';

/** Indexes articles and answers searches, with the built-in engine or with Meilisearch. */
export const service: Service<Config, 'search-indexer'> = { name: 'search-indexer', config, start };

async function start(settings: Config, host: Host<PeerOf<'search-indexer'>>) {
  const { database, log, signal } = host;
  const engine = openEngine(settings, host);
  const library = createLibrary({ database: database.background, engine, signal, onLost: () => keeping.wake() });
  const metrics = addMetrics(host, library);
  const indexing = createIndexing(settings, host, library, metrics.indexed);
  const keeping: Keeping = startKeeping(library, {
    onError: (error) => log.warn({ err: error }, 'the search index cannot be kept up'),
    // The stage would wait out a pause that grew with the outage.
    onRecovered: indexing.restart,
  });
  await indexing.start();
  const stopListening = await host.listen('alt_stages', keeping.wake);
  const app = createApp({
    host,
    routes: routes({ search: createSearching({ database, library, engine: engine.name }) }),
    checks: {
      database: () => database.run(ping),
      [engine.name]: async () => {
        await engine.check();
        const trouble = keeping.trouble();
        if (trouble !== null) throw new Error(trouble);
      },
    },
  });
  return {
    fetch: app.fetch,
    async stop() {
      await stopListening();
      await Promise.all([indexing.stop(), keeping.stop()]);
      await library.stop();
      await engine.stop();
    },
  };
}

/** The stage `index`: one batch after the other, each of which becomes a segment. */
function createIndexing(
  { batch }: Config,
  { database, log, signal, listen, tracer }: Pick<Host, 'database' | 'log' | 'signal' | 'listen' | 'tracer'>,
  library: Library,
  onEnded: (result: string) => void,
) {
  const inTurn = createTurns();
  let running: RunningStage | null = null;
  const run = async (): Promise<void> => {
    running = await runBatches({
      database: database.background,
      stage: 'index',
      worker: `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`,
      concurrency: 1,
      batch,
      signal,
      tracer,
      retrySeconds: 5,
      maxAttempts: 10,
      async workBatch(items) {
        await library.index(items.map(({ articleId }) => articleId));
        // The index is durable; there is nothing else to save.
        return async () => {};
      },
      onEnded,
      listen: (onNotify) => listen('alt_stages', onNotify),
      log: (message, details) => log.info(details, message),
    });
  };
  const end = async (): Promise<void> => {
    const ended = running;
    running = null;
    await ended?.stop();
  };
  return {
    start: () => inTurn(run),
    restart: () =>
      void inTurn(async () => {
        if (running === null || signal.aborted) return;
        await end();
        await run();
      }),
    stop: () => inTurn(end),
  };
}

const ping = statement('ping', 'select 1');

function openEngine(
  { folder, meilisearch }: Config,
  { log, signal, courtesy }: Pick<Host, 'log' | 'signal' | 'courtesy'>,
): SearchEngine {
  if (meilisearch) return createMeilisearchEngine({ ...meilisearch, signal });
  return createEmbeddedEngine({
    folder,
    courtesy,
    onError: (error) => log.error({ err: error }, 'segments of the search index could not be merged'),
  });
}

function addMetrics({ metrics }: Pick<Host, 'metrics'>, library: Library) {
  const registers = [metrics];
  const indexed = new Counter({
    name: 'alt_articles_indexed_total',
    help: 'Articles indexed, by result',
    labelNames: ['result'],
    registers,
  });
  new Gauge({
    name: 'alt_search_index_complete',
    help: '1 where the index that answers holds all articles',
    registers,
    collect() {
      this.set(library.isComplete() ? 1 : 0);
    },
  });
  return { indexed: (result: string) => indexed.inc({ result }) };
}
