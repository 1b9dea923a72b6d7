import { createWorkRecord, type WorkRecord } from '@alt/pipeline';
import { createApp, type Host, type Service } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';
import { Gauge } from 'prom-client';
import { type Config, config, type ModelSettings } from './config.ts';
import { createOllama } from './engines/ollama.ts';
import { createOpenai } from './engines/openai.ts';
import { createOutside } from './engines/outside.ts';
import { createQueue } from './queue.ts';
import { routes } from './routes.ts';
import { createThreads } from './threads.ts';
import { createWriter, type Writer } from './writing.ts';

const WAITING_MAXIMUM = 200;

/** Summaries, answers, related articles and recaps for other services, and an Ollama-compatible API. */
export const service: Service<Config, 'news-creator'> = { name: 'news-creator', config, start };

async function start(settings: Config, host: Host<PeerOf<'news-creator'>>) {
  const threads = createThreads(settings.threads, host.courtesy);
  const record = settings.model
    ? createWorkRecord({ run: async (...work) => host.database.run(...work) }, 'model')
    : null;
  const outside = settings.model ? openModel(settings.model, settings, host, record) : null;
  const { partCharacters } = settings;
  addMetrics(host, outside?.writer ?? null);
  const app = createApp({
    host,
    routes: routes({ writer: outside?.writer ?? null, threads, partCharacters, stopping: host.signal }),
  });
  return {
    fetch: app.fetch,
    async stop() {
      await outside?.close();
      await record?.stop();
      await threads.stop();
    },
  };
}

/** The configured server may be reached at exactly its host and port, even on a private address; nothing else inherits that. */
function openModel(
  model: ModelSettings,
  settings: Config,
  host: Pick<Host, 'egress'>,
  record: WorkRecord | null,
): { writer: Writer; close(): Promise<void> } {
  const url = new URL(model.url);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const egress = host.egress.opening([`${url.hostname}:${port}`]);
  const outside = createOutside({
    egress,
    baseUrl: url.href.replace(/\/+$/, ''),
    headers: { accept: 'application/json', ...(model.key ? { authorization: `Bearer ${model.key}` } : {}) },
    silenceMs: settings.silenceMs,
  });
  const engine = model.kind === 'ollama' ? createOllama(outside, model) : createOpenai(outside, model);
  const queue = createQueue({ concurrency: settings.concurrency, maximumWaiting: WAITING_MAXIMUM });
  return { writer: createWriter(engine, queue, model.name, record), close: () => egress.close() };
}

function addMetrics(host: Pick<Host, 'metrics'>, writer: Writer | null): void {
  new Gauge({
    name: 'alt_model_waiting',
    help: 'Requests that wait for the model',
    registers: [host.metrics],
    collect() {
      this.set(writer?.waiting() ?? 0);
    },
  });
}
