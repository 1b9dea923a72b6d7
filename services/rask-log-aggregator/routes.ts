import { createHash, timingSafeEqual } from 'node:crypto';
import { aggregateLogs, followLogs as followEndpoint, logHistogram, queryLogs, receiveOtlpLogs } from '@alt/contracts';
import { type Route, route } from '@alt/service-kit';
import { serviceNames } from '@alt/topology';
import { countLogs, followLogs, searchLogs } from './asking.ts';
import type { Config } from './config.ts';
import { batchIdOf, type IntakeOptions, takeLines } from './intake/intake.ts';
import { takeOtlp } from './intake/otlp.ts';
import type { LogStore } from './store/log-store.ts';

export interface RoutesOptions {
  config: Pick<Config, 'ingestToken' | 'queryToken'>;
  intake: IntakeOptions;
  store: LogStore;
  /** Aborted when answers without an end of their own are to end. */
  closing: AbortSignal;
}

const HEARTBEAT = Buffer.from(': \n\n');

/** The way in, for every service and for forwarders with the token; and questions, for alt-backend and the command line. */
export function routes({ config, intake, store, closing }: RoutesOptions): Route[] {
  const sending = { callers: serviceNames, admits: (request: Request) => hasToken(request, config.ingestToken) };
  const asking = {
    callers: ['alt-backend'] as const,
    admits: (request: Request) => hasToken(request, config.queryToken),
  };
  return [
    route(aggregateLogs, ({ request }) => takeLines(request, batchIdOf(request), intake), sending),
    route(receiveOtlpLogs, ({ request }) => takeOtlp(request, intake), sending),
    route(queryLogs, ({ query }) => searchLogs(store, query), asking),
    route(logHistogram, ({ query }) => countLogs(store, query), asking),
    route(
      followEndpoint,
      async ({ query, request }) => {
        const signal = AbortSignal.any([closing, request.signal]);
        return new Response(eventsOf(followLogs(store, query, signal)), {
          headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
        });
      },
      asking,
    ),
  ];
}

/** Each line as an event; an empty comment where there was none, so that a dead connection is noticed. */
function eventsOf(lines: AsyncGenerator<object[]>): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await lines.next();
      if (done) return controller.close();
      const text = value.map((line) => `event: line\ndata: ${JSON.stringify(line)}\n\n`).join('');
      controller.enqueue(text === '' ? HEARTBEAT : Buffer.from(text));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
}

/** Whether a request shows the token, compared so that the time it takes says nothing. */
function hasToken(request: Request, token: string | null): boolean {
  const given = /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  if (!token || !given) return false;
  const hashOf = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hashOf(given), hashOf(token));
}
