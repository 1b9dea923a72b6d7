import type { Database } from '@alt/database';
import { type RunningStage, runBatches, type SaveBatch, type StageItem } from '@alt/pipeline';
import type { Tracer } from '@alt/service-kit';
import type { Creator } from './creator.ts';
import { extractSummaries } from './extracting.ts';
import {
  type EndedSummary,
  endSummaries,
  loadTexts,
  type NewSummary,
  type SummaryText,
  saveSummaries,
  touchArticles,
} from './store.ts';
import { isPresent, wantedLanguages, writeSummaries } from './writing.ts';

export interface SummarisingOptions {
  database: Database;
  creator: Creator;
  worker: string;
  /** Requests to a model at the same time. */
  concurrency: number;
  signal: AbortSignal;
  tracer?: Tracer | null;
  onEnded?: Parameters<typeof runBatches>[0]['onEnded'];
  listen(onNotify: () => void): Promise<() => Promise<void>>;
  log(message: string, details: Record<string, unknown>): void;
  /** How often it is looked whether there is a model, and how soon after a failed look. */
  lookEveryMs?: number;
  retrySeconds?: number;
}

const EXTRACTED_BATCH = 24;
const LOOK_EVERY_MS = 30_000;
const LOOK_AGAIN_MS = 1_000;

type Mode = 'extractive' | 'generative';

/**
 * The stage `summarise`: in batches by the built-in engine, or one by one by a model where news-creator has one, which is
 * looked at now and then. Until news-creator can be asked, nothing is claimed.
 */
export function startSummarising(options: SummarisingOptions): RunningStage {
  const stopping = new AbortController();
  let running: { mode: Mode; stage: RunningStage } | null = null;
  let stopListening: (() => Promise<void>) | null = null;
  const { lookEveryMs = LOOK_EVERY_MS } = options;
  const look = async (): Promise<number> => {
    stopListening ??= await options.listen(() => running?.stage.wake());
    const isGenerative = await options.creator.isGenerative().catch(() => null);
    if (isGenerative === null) return Math.min(running ? lookEveryMs : LOOK_AGAIN_MS, lookEveryMs);
    const mode: Mode = isGenerative ? 'generative' : 'extractive';
    if (running?.mode !== mode && !stopping.signal.aborted) {
      await running?.stage.stop();
      running = { mode, stage: await runIn(mode, options) };
    }
    return lookEveryMs;
  };
  const lookAgain = (error: unknown): number => {
    options.log('cannot look for a model', { stage: 'summarise', error: String(error) });
    return Math.min(LOOK_AGAIN_MS, lookEveryMs);
  };
  const loop = async () => {
    while (!stopping.signal.aborted) await pause(await look().catch(lookAgain), stopping.signal);
  };
  const looping = loop();
  return {
    wake: () => running?.stage.wake(),
    async stop() {
      stopping.abort();
      await looping;
      await stopListening?.();
      await running?.stage.stop();
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });
}

function runIn(mode: Mode, options: SummarisingOptions): Promise<RunningStage> {
  const { database, worker, signal, log, tracer = null, onEnded, retrySeconds } = options;
  return runBatches({
    database,
    stage: 'summarise',
    worker,
    signal,
    log,
    tracer,
    ...(onEnded ? { onEnded } : {}),
    ...(retrySeconds === undefined ? {} : { retrySeconds }),
    ...(mode === 'generative'
      ? { batch: 1, concurrency: options.concurrency }
      : { batch: EXTRACTED_BATCH, concurrency: 1 }),
    workBatch: (items, workSignal) => summarise(items, mode, options, workSignal),
  });
}

/** What is not wanted, has no sentences, or is there already for this very text, is done without work. */
async function summarise(
  items: readonly StageItem[],
  mode: Mode,
  { database, creator }: SummarisingOptions,
  signal: AbortSignal,
): Promise<SaveBatch> {
  const asked = new Map(items.map((item) => [item.articleId, item]));
  const texts = await loadTexts(database, [...asked.keys()]);
  const open = texts.filter((text) => isOpen(text, mode, asked.get(text.articleId)));
  const summaries =
    mode === 'extractive' ? await extractSummaries(creator, open, signal) : await write(creator, open, asked, signal);
  return async (tx, mine) => {
    await saveSummaries(
      tx,
      summaries.filter(({ articleId }) => mine.has(articleId)),
    );
    await endSummaries(tx, texts.filter(({ articleId }) => mine.has(articleId)).map(endOf(summaries)));
    const waitedFor = items.filter(({ articleId, priority }) => priority > 0 && mine.has(articleId));
    await touchArticles(
      tx,
      waitedFor.map(({ articleId }) => articleId),
    );
  };
}

/** Who asked is told of what is there; a language that was chosen since is written then. */
function isOpen(text: SummaryText, mode: Mode, item: StageItem | undefined): boolean {
  const { isWanted, present } = text;
  const isAsked = (item?.priority ?? 0) > 0;
  if (!isWanted && !isAsked) return false;
  if (mode === 'extractive' || !isAsked) return present.length === 0;
  return wantedLanguages(text).some((language) => !isPresent(text, language));
}

function endOf(summaries: NewSummary[]): (text: SummaryText) => EndedSummary {
  const made = new Set(summaries.map(({ articleId }) => articleId));
  return ({ articleId, isWanted, present }) => {
    const hasSummary = present.length > 0 || made.has(articleId);
    return { articleId, reason: hasSummary ? null : isWanted ? 'no-text' : 'not-wanted' };
  };
}

async function write(
  creator: Creator,
  texts: SummaryText[],
  asked: Map<number, StageItem>,
  signal: AbortSignal,
): Promise<NewSummary[]> {
  const summaries: NewSummary[] = [];
  for (const text of texts) {
    const item = asked.get(text.articleId);
    if (item && text.text.trim() !== '') summaries.push(...(await writeSummaries(creator, text, item, signal)));
  }
  return summaries;
}
