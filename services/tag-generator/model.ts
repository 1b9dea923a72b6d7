import { listEngines, ollamaChat, Problem, type ProblemCode, problemSchema, problems } from '@alt/contracts';
import type { PeerFetch } from '@alt/service-kit';
import { z } from 'zod';

export interface RefiningModel {
  engine: string;
  name: string;
}

export interface ModelQuestion {
  model: string;
  messages: { role: 'system' | 'user'; content: string }[];
  /** JSON Schema of the answer. */
  format?: Record<string, unknown>;
  maximumTokens: number;
}

const BUILT_IN = 'extractive';
const LOOK_TIMEOUT_MS = 10_000;
const HEAD_TIMEOUT_MS = 30_000;
/** news-creator gives a sign of life every five seconds. */
const SILENCE_MS = 60_000;

const chatLine = z.object({
  message: z.object({ content: z.string() }).optional(),
  done: z.boolean().default(false),
  error: z.string().optional(),
  code: z.string().optional(),
});

/** Whether a model is configured behind news-creator, null where nobody can say, and the one that would answer now. */
export async function lookAtModel(
  creator: PeerFetch,
): Promise<{ isConfigured: boolean | null; model: RefiningModel | null }> {
  try {
    const response = await creator(listEngines.path, { timeoutMs: LOOK_TIMEOUT_MS });
    const answer = listEngines.response?.safeParse(await response.json());
    if (!answer?.success) return { isConfigured: null, model: null };
    const { isGenerative, engines } = answer.data;
    const engine = isGenerative ? engines.find(({ name, isReady }) => isReady && name !== BUILT_IN) : null;
    return {
      isConfigured: isGenerative,
      model: engine?.model ? { engine: engine.name, name: engine.model } : null,
    };
  } catch {
    return { isConfigured: null, model: null }; // no news-creator: what the statistics found stands
  }
}

/**
 * The model's answer, streamed, so that length is no time-out. Throws a Problem: that of news-creator, `unavailable` where
 * it broke off or fell silent, or `timeout` where one of the signals ended it.
 */
export async function chat(creator: PeerFetch, question: ModelQuestion, signals: AbortSignal[]): Promise<string> {
  const { model, messages, format, maximumTokens } = question;
  const signal = AbortSignal.any(signals);
  try {
    const response = await creator(ollamaChat.path, {
      method: ollamaChat.method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        messages,
        ...(format ? { format } : {}),
        stream: true,
        options: { temperature: 0, num_predict: maximumTokens },
      }),
      timeoutMs: HEAD_TIMEOUT_MS,
      signal,
    });
    if (!response.ok) throw problemOf(await response.json().catch(() => null), response.status);
    return await readAnswer(response);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw signal.aborted ? new Problem('timeout', 'The model took too long.') : brokenOff();
  }
}

async function readAnswer(response: Response): Promise<string> {
  let text = '';
  for await (const line of linesOf(response)) {
    const part = chatLine.safeParse(JSON.parse(line));
    if (!part.success) throw brokenOff();
    const { message, done, error, code } = part.data;
    if (error !== undefined) throw problemOf({ code, detail: error }, null);
    text += message?.content ?? '';
    if (done) return text;
  }
  throw brokenOff();
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  if (!body) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read());
      const lines = (rest + (value ?? '')).split('\n');
      rest = done ? '' : (lines.pop() ?? '');
      yield* lines.filter((line) => line.trim() !== '');
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function withinSilence<Piece>(piece: Promise<Piece>): Promise<Piece> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(brokenOff()), SILENCE_MS);
  try {
    return await Promise.race([piece, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}

function problemOf(body: unknown, status: number | null): Problem {
  const { code, detail } = problemSchema.partial().safeParse(body).data ?? {};
  if (code !== undefined && code in problems) return new Problem(code as ProblemCode, detail ?? 'The model failed.');
  const isBusy = status === 429 || (status ?? 0) >= 500;
  return new Problem(isBusy ? 'unavailable' : 'bad-gateway', detail ?? 'The model gave no useful answer.');
}

function brokenOff(): Problem {
  return new Problem('unavailable', 'news-creator broke off in the middle of an answer.');
}
