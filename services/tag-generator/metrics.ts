import type { Host } from '@alt/service-kit';
import { Counter, Gauge } from 'prom-client';

export interface Metrics {
  ended(stage: string, result: string): void;
}

/** What can be watched: articles by stage and result, and the tags that wait to be given, counted when asked. */
export function createMetrics(
  registry: Host['metrics'],
  requests: () => Promise<{ count: number; oldestSeconds: number }>,
): Metrics {
  const registers = [registry];
  const articles = new Counter({
    name: 'alt_articles_tagged_total',
    help: 'Articles worked, by stage and result',
    labelNames: ['stage', 'result'],
    registers,
  });
  const oldest = new Gauge({
    name: 'alt_tag_requests_oldest_seconds',
    help: 'For how long the oldest articles wait for their tags',
    registers,
  });
  new Gauge({
    name: 'alt_tag_requests',
    help: 'Requests for tags that wait, counted up to 10,000',
    registers,
    async collect() {
      const { count, oldestSeconds } = await requests();
      this.set(count);
      oldest.set(Math.max(oldestSeconds, 0));
    },
  });
  return { ended: (stage, result) => articles.inc({ stage, result }) };
}
