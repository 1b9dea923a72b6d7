import type { Host } from '@alt/service-kit';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { PolledFeed } from './poll.ts';

export interface Metrics {
  polled(polled: PolledFeed, tookMs: number): void;
  extracted(result: string): void;
}

/** What can be watched: polls by result, articles, durations, and the depth of the queue, counted when asked. */
export function createMetrics(
  registry: Host['metrics'],
  queue: { depth: () => Promise<{ due: number; oldestDueSeconds: number }>; running: () => number },
): Metrics {
  const registers = [registry];
  const polls = new Counter({ name: 'alt_polls_total', help: 'Polls by result', labelNames: ['result'], registers });
  const articles = new Counter({
    name: 'alt_articles_stored_total',
    help: 'Articles stored, new or changed',
    labelNames: ['kind'],
    registers,
  });
  const seconds = new Histogram({
    name: 'alt_poll_seconds',
    help: 'Duration of a poll from claim to stored, in seconds',
    buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers,
  });
  const extractions = new Counter({
    name: 'alt_extractions_total',
    help: 'Full texts fetched, by result',
    labelNames: ['result'],
    registers,
  });
  new Gauge({
    name: 'alt_polls_running',
    help: 'Polls under way',
    registers,
    collect() {
      this.set(queue.running());
    },
  });
  const oldest = new Gauge({
    name: 'alt_feeds_due_oldest_seconds',
    help: 'For how long the oldest due feed has waited',
    registers,
  });
  new Gauge({
    name: 'alt_feeds_due',
    help: 'Feeds that are due',
    registers,
    async collect() {
      const { due, oldestDueSeconds } = await queue.depth();
      this.set(due);
      oldest.set(oldestDueSeconds);
    },
  });
  return {
    polled({ result, newCount, changedCount }, tookMs) {
      polls.inc({ result });
      articles.inc({ kind: 'new' }, newCount);
      articles.inc({ kind: 'changed' }, changedCount);
      seconds.observe(tookMs / 1_000);
    },
    extracted: (result) => extractions.inc({ result }),
  };
}
