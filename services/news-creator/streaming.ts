import { type CreatorEvent, Problem } from '@alt/contracts';

/** What a task may use while it makes an answer. */
export interface Making {
  /** Aborted when nobody waits for the answer any more, or the service stops. */
  signal: AbortSignal;
  onText(text: string): void;
}

export interface Sender {
  send(line: unknown): void;
  signal: AbortSignal;
}

interface RespondOptions {
  request: Request;
  isStream: boolean;
  /** The service's own. */
  stopping: AbortSignal;
  /** The place in the queue, for signs of life. */
  waiting(): number;
}

const SIGN_OF_LIFE_MS = 5_000;

/** Answers with the result of a task, or, streamed, with `creatorEvent` lines from the beginning on. */
export async function respond<Result>(
  { request, isStream, stopping, waiting }: RespondOptions,
  make: (making: Making) => Promise<Result>,
): Promise<Result | Response> {
  if (!isStream) {
    const signal = AbortSignal.any([request.signal, stopping]);
    return make({ signal, onText: () => {} }).catch((error: unknown) => {
      throw signal.aborted ? new Problem('unavailable', 'The request ended before its answer.') : error;
    });
  }
  const alive = (): CreatorEvent => ({ type: 'waiting', position: waiting() });
  return streamLines({ request, stopping, alive }, async ({ send, signal }) => {
    const event = await make({ signal, onText: (text) => send({ type: 'text', text } satisfies CreatorEvent) }).then(
      (result) => ({ type: 'result', result }),
      problemEvent,
    );
    send(event);
  });
}

/**
 * A response of JSON lines that `produce` sends; its head is there at once, and `alive` is sent whenever nothing else was
 * for a while. Who stops reading aborts the work.
 */
export function streamLines(
  { request, stopping, alive }: { request: Request; stopping: AbortSignal; alive(): unknown },
  produce: (sender: Sender) => Promise<void>,
): Response {
  const left = new AbortController();
  const signal = AbortSignal.any([request.signal, stopping, left.signal]);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      let timer = setTimeout(() => {}, 0);
      const send = (line: unknown) => {
        clearTimeout(timer);
        if (signal.aborted) return;
        controller.enqueue(encoder.encode(`${JSON.stringify(line)}\n`));
        timer = setTimeout(() => send(alive()), SIGN_OF_LIFE_MS);
      };
      send(alive());
      // Not awaited: a stream whose start has not ended cannot be read.
      produce({ send, signal })
        .catch(() => {})
        .finally(() => {
          clearTimeout(timer);
          if (!left.signal.aborted) controller.close();
        });
    },
    cancel(reason) {
      left.abort(reason);
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' } });
}

function problemEvent(error: unknown): CreatorEvent {
  const problem = error instanceof Problem ? error : new Problem('internal', 'This should not have happened.');
  const retryAfter = Number(problem.headers['retry-after'] ?? Number.NaN);
  return {
    type: 'problem',
    code: problem.code,
    detail: problem.message,
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  };
}
