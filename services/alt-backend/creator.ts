import { type CreatorEvent, creatorEvent, type Endpoint, Problem, type ProblemCode, problems } from '@alt/contracts';
import type { PeerFetch } from '@alt/service-kit';
import type { z } from 'zod';

/** What arrives before the answer: the place in the queue, and text as a model writes it. */
export type Progress = Extract<CreatorEvent, { type: 'waiting' | 'text' }>;

/** news-creator gives a sign of life every few seconds; who is silent for so long is dead. */
const SILENCE_MS = 60_000;
const HEAD_TIMEOUT_MS = 30_000;
const LINE_MAXIMUM = 4 * 1024 * 1024;

/**
 * Asks news-creator and waits for as long as it says that it is at work, which may be many minutes. `onProgress` hears
 * what comes before the answer. Throws the Problem that news-creator answers, or one that says what is wrong with it.
 */
export async function askCreator<Body extends z.ZodType, Answer extends z.ZodType>(
  creator: PeerFetch,
  endpoint: Endpoint<z.ZodType, z.ZodType, Body, Answer>,
  body: z.input<Body>,
  from: { requestId: string; signal?: AbortSignal; onProgress?: (progress: Progress) => void },
): Promise<z.output<Answer>> {
  const response = await creator(endpoint.path, {
    method: endpoint.method,
    headers: { 'content-type': 'application/json', 'x-request-id': from.requestId },
    body: JSON.stringify({ ...(body as object), stream: true }),
    timeoutMs: HEAD_TIMEOUT_MS,
    ...(from.signal ? { signal: from.signal } : {}),
  });
  if (!response.ok) throw problemOf(await response.json().catch(() => null));
  for await (const event of eventsOf(response)) {
    if (event.type === 'problem') throw problemOf(event);
    if (event.type === 'result') {
      const result = endpoint.response?.safeParse(event.result);
      if (!result?.success) throw junk();
      return result.data;
    }
    from.onProgress?.(event);
  }
  throw junk();
}

/** The same for an answer that comes at once, and is not worth waiting for long. */
export async function askCreatorBriefly<Body extends z.ZodType, Answer extends z.ZodType>(
  creator: PeerFetch,
  endpoint: Endpoint<z.ZodType, z.ZodType, Body, Answer>,
  body: z.input<Body>,
  from: { requestId: string; timeoutMs: number },
): Promise<z.output<Answer>> {
  const response = await creator(endpoint.path, {
    method: endpoint.method,
    headers: { 'content-type': 'application/json', 'x-request-id': from.requestId },
    body: JSON.stringify(body),
    timeoutMs: from.timeoutMs,
  });
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw problemOf(answer);
  const result = endpoint.response?.safeParse(answer);
  if (!result?.success) throw junk();
  return result.data;
}

async function* eventsOf(response: Response): AsyncGenerator<CreatorEvent> {
  for await (const line of linesOf(response)) {
    const event = creatorEvent.safeParse(parseJson(line));
    if (!event.success) throw junk();
    yield event.data;
  }
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  if (!response.body) return;
  const reader = response.body
    .pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read());
      const lines = (rest + (done ? '\n' : value)).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_MAXIMUM) throw junk();
      yield* lines.filter((line) => line.trim() !== '');
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function withinSilence<T>(read: Promise<T>): Promise<T> {
  const silent = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => silent.reject(new Problem('timeout', 'news-creator fell silent. Try again in a moment.')),
    SILENCE_MS,
  );
  try {
    return await Promise.race([read, silent.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(document: unknown): Problem {
  const { code, detail, retryAfterSeconds } = (document ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' || typeof detail !== 'string' || !PASSED_ON.has(code)) return junk();
  return new Problem(code as ProblemCode, detail, {
    ...(typeof retryAfterSeconds === 'number'
      ? { headers: { 'retry-after': String(Math.ceil(retryAfterSeconds)) } }
      : {}),
  });
}

/** What a reader can do something about, or wait for; that a request of ours was wrong is no business of theirs. */
const PASSED_ON: ReadonlySet<string> = new Set(
  Object.keys(problems).filter((code) =>
    ['too-many-requests', 'bad-gateway', 'unavailable', 'timeout', 'database-unavailable'].includes(code),
  ),
);

function junk(): Problem {
  return new Problem('bad-gateway', 'news-creator gave no useful answer. Try again in a moment.');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
