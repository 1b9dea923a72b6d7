import { type Answer, ask, Problem } from '@alt/contracts';
import { type Reader, type Route, type RouteContext, route } from '@alt/service-kit';
import type { Progress } from '../creator.ts';
import { type AskTools, answerFromArchive } from './asking.ts';

/** A model answers one after the other; who asks more at once only waits longer. */
const AT_ONCE = 2;

/** `POST /v1/ask`, as JSON or as server-sent events. */
export function askRoutes(tools: AskTools): Route[] {
  const asking = new Map<string, number>();
  const enter = ({ userId }: Reader) => {
    const running = asking.get(userId) ?? 0;
    if (running >= AT_ONCE) {
      throw new Problem('too-many-requests', 'Your earlier questions are still being answered. Wait for them first.', {
        headers: { 'retry-after': '5' },
      });
    }
    asking.set(userId, running + 1);
    return () => {
      const left = (asking.get(userId) ?? 1) - 1;
      if (left > 0) asking.set(userId, left);
      else asking.delete(userId);
    };
  };

  return [
    route(ask, async ({ body, reader, request, requestId, log }) => {
      const leave = enter(reader);
      const answer = (signal: AbortSignal, onProgress?: (progress: Progress) => void) =>
        answerFromArchive(tools, reader, body.question, { requestId, signal, ...(onProgress ? { onProgress } : {}) });
      if (wantsEvents(request)) return streamAnswer(answer, leave, { request, requestId, log });
      try {
        return await answer(request.signal);
      } finally {
        leave();
      }
    }),
  ];
}

function wantsEvents(request: Request): boolean {
  return /\btext\/event-stream\b/i.test(request.headers.get('accept') ?? '');
}

function streamAnswer(
  answer: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<Answer>,
  leave: () => void,
  { request, requestId, log }: Pick<RouteContext, 'request' | 'requestId' | 'log'>,
): Response {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (event: string, data: unknown) => {
        if (!gone.signal.aborted)
          controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      };
      // Head and first byte at once, whatever stands between.
      if (!gone.signal.aborted) controller.enqueue(encoder.encode(': asked\n\n'));
      try {
        const signal = AbortSignal.any([request.signal, gone.signal]);
        send('answer', await answer(signal, ({ type, ...progress }) => send(type, progress)));
      } catch (error) {
        if (!(error instanceof Problem))
          log.error({ error: error instanceof Error ? error.stack : String(error) }, 'ask');
        send('problem', problemOf(error).toDocument(requestId));
      } finally {
        leave();
        if (!gone.signal.aborted) controller.close();
      }
    },
    cancel: () => gone.abort(),
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}

function problemOf(error: unknown): Problem {
  return error instanceof Problem
    ? error
    : new Problem('internal', 'This should not have happened; the log has the details.');
}
