import { creatorEvent, type Endpoint, Problem, type ProblemCode, problems } from '@alt/contracts';
import type { PeerFetch } from '@alt/service-kit';
import type { z } from 'zod';

/** news-creator gives a sign of life every few seconds; who is silent for so long is dead. */
const SILENCE_MS = 60_000;
const HEAD_TIMEOUT_MS = 30_000;
const LINE_MAXIMUM = 4 * 1024 * 1024;

/**
 * Asks news-creator and waits for as long as it says that it is at work, which may be many minutes. Throws the Problem
 * that it answers, or one that says what is wrong with it.
 */
export async function askCreator<Body extends z.ZodType, Answer extends z.ZodType>(
  creator: PeerFetch,
  endpoint: Endpoint<z.ZodType, z.ZodType, Body, Answer>,
  body: z.input<Body>,
  signal: AbortSignal,
): Promise<z.output<Answer>> {
  const response = await creator(endpoint.path, {
    method: endpoint.method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...(body as object), stream: true }),
    timeoutMs: HEAD_TIMEOUT_MS,
    signal,
  });
  if (!response.ok) throw problemOf(await response.json().catch(() => null));
  for await (const line of linesOf(response)) {
    const event = creatorEvent.safeParse(parseJson(line));
    if (!event.success) throw junk();
    if (event.data.type === 'problem') throw problemOf(event.data);
    if (event.data.type !== 'result') continue;
    const result = endpoint.response?.safeParse(event.data.result);
    if (!result?.success) throw junk();
    return result.data;
  }
  throw junk();
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  const reader = response.body
    ?.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  if (!reader) return;
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
    () => silent.reject(new Problem('timeout', 'news-creator fell silent. It is asked again in a moment.')),
    SILENCE_MS,
  );
  try {
    return await Promise.race([read, silent.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(document: unknown): Problem {
  const { code, detail } = (document ?? {}) as Record<string, unknown>;
  const isKnown = typeof code === 'string' && Object.hasOwn(problems, code) && typeof detail === 'string';
  return isKnown ? new Problem(code as ProblemCode, detail) : junk();
}

function junk(): Problem {
  return new Problem('bad-gateway', 'news-creator gave no useful answer.');
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
