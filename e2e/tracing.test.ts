import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startCollector } from '@alt/testing/collector.ts';
import { posts, rss } from '@alt/testing/hostile/index.ts';
import { afterEach, describe, expect, test } from 'vitest';
import { register } from './client.ts';
import { eventually, shapesInTime, startMachine } from './harness.ts';

const HANG_GUARD_MS = 240_000;

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

describe.each(shapesInTime('a process per service'))('traces, with %s', (shape) => {
  test('a poll, and what follows it in other services, is one trace; so is a request; nobody outside sees its id', {
    timeout: HANG_GUARD_MS,
  }, async () => {
    const collector = await startCollector();
    cleanups.push(() => collector.stop());
    const site = await startSite();
    cleanups.push(site.stop);
    const machine = await startMachine(shape, {
      allow: [new URL(site.url).host],
      environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
    });
    cleanups.push(() => machine.stop());

    const ada = await register(machine.origin, 'ada@example.org');
    await ada.post('/v1/opml', opmlOf(site.url));
    await eventually(async () => (await ada.get('/v1/counters')).json.unread === 3, 'articles');
    const asked = await ada.call('GET', '/v1/entries', undefined, { traceparent: STRANGE });
    expect(asked.status).toBe(200);

    const of = (service: string, name: string) =>
      collector.spans().find((span) => span.service === service && span.name === name);
    const tracesOf = (service: string, name: string) =>
      new Set(
        collector.spans().flatMap((span) => (span.service === service && span.name === name ? span.traceId : [])),
      );
    const stages = [
      ['search-indexer', 'stage index'],
      ['tag-generator', 'stage tag'],
      ['pre-processor', 'stage summarise'],
    ] as const;
    // A poll that the host's spacing put off has a trace of its own, in which nothing follows.
    await eventually(async () => {
      const polls = [...tracesOf('pre-processor', 'poll')];
      return polls.some((trace) => stages.every(([service, stage]) => tracesOf(service, stage).has(trace)));
    }, 'a trace with the poll and all stages');
    const entries = await eventually(async () => of('alt-backend', 'GET /v1/entries'), 'the request');
    const parts = () => collector.spans().filter(({ traceId }) => traceId === entries.traceId);
    await eventually(async () => parts().some(({ service }) => service === 'gateway'), 'the gateway');
    // Who came in the last ten seconds is known, so auth-service need not be asked for every request.
    expect(new Set(parts().map(({ service }) => service))).toContain('alt-backend');
    expect(parts().find(({ name }) => name === 'GET /v1/entries')?.attributes).toMatchObject({
      'http.route': '/v1/entries',
      'http.response.status_code': 200,
    });
    expect(collector.spans().filter(({ traceId }) => traceId === STRANGE_TRACE)).toEqual([]);
    expect(site.headers().filter((names) => names.includes('traceparent'))).toEqual([]);
    expect(site.headers().length).toBeGreaterThan(0);
  });
});

const STRANGE_TRACE = 'abababababababababababababababab';
const STRANGE = `00-${STRANGE_TRACE}-cdcdcdcdcdcdcdcd-01`;

function opmlOf(url: string): string {
  return `<opml version="2.0"><head/><body><outline type="rss" text="One" xmlUrl="${url}"/></body></opml>`;
}

/** A site with one feed, which remembers what headers it was asked with. */
async function startSite() {
  const asked: string[][] = [];
  const server = createServer((request, response) => {
    asked.push(Object.keys(request.headers));
    response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(rss(posts(3)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.xml`,
    headers: () => asked,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
