import {
  type CreatedSummary,
  createdSummary,
  creatorEvent,
  listEngines,
  ollamaChat,
  Problem,
  problemSchema,
  summarize,
  summarizeBatch,
} from '@alt/contracts';
import type { PeerFetch } from '@alt/service-kit';
import { z } from 'zod';

/** What news-creator, or the model behind it, could not do. */
export class CreatorError extends Error {
  override readonly name = 'CreatorError';
  /** Of a problem: `unavailable`, `timeout`, `too-many-requests`, `bad-gateway`, … */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface CreatorDocument {
  title: string | null;
  text: string;
  language: string | null;
}

/** Whether a failure is the request's own, and not one of news-creator or its model. */
export function isRefusal(error: CreatorError): boolean {
  return error.code === 'invalid-request' || error.code === 'body-too-large';
}

/** Whether a reader waits. */
export type Priority = 'reader' | 'background';

/** What the summarise stage asks of news-creator. Everything throws a CreatorError. */
export interface Creator {
  /** Whether a model is configured there. */
  isGenerative(): Promise<boolean>;
  /** The model that writes there; null while it cannot be reached. */
  defaultModel(): Promise<string | null>;
  extract(
    documents: CreatorDocument[],
    maximumSentences: number,
    signal: AbortSignal,
  ): Promise<(CreatedSummary | null)[]>;
  /** By the model; streamed, so that it may take its time. */
  write(
    request: CreatorDocument & {
      targetLanguage: string | null;
      maximumSentences: number;
      priority: Priority;
    },
    signal: AbortSignal,
  ): Promise<CreatedSummary>;
  /** The model's answer to a prompt of our own. */
  chat(
    request: { model: string; prompt: string; priority: Priority; format?: Record<string, unknown> },
    signal: AbortSignal,
  ): Promise<string>;
}

const HEAD_TIMEOUT_MS = 30_000;
/** news-creator gives a sign of life every five seconds. */
const SILENCE_MS = 60_000;
/** A verdict is short, but some models think before they answer, and thoughts count. */
const ANSWER_TOKENS = 2_300;

const enginesAnswer = z.object({
  isGenerative: z.boolean(),
  engines: z.array(z.object({ model: z.string().nullable(), isReady: z.boolean() })),
});
const batchAnswer = z.object({ summaries: z.array(createdSummary.nullable()) });
const chatLine = z.object({
  message: z.object({ content: z.string() }).optional(),
  done: z.boolean().default(false),
  error: z.string().optional(),
  code: z.string().default('bad-gateway'),
});

export function createCreator(peer: PeerFetch): Creator {
  const post = (path: string, body: unknown, signal: AbortSignal) => ask(peer, path, { method: 'POST', body, signal });
  const look = async () => {
    const response = await ask(peer, listEngines.path, { method: 'GET', signal: null });
    return read(enginesAnswer, await bodyOf(response));
  };
  return {
    isGenerative: async () => (await look()).isGenerative,
    async defaultModel() {
      const [first] = (await look()).engines;
      return first?.isReady ? first.model : null;
    },
    async extract(documents, maximumSentences, signal) {
      const response = await post(summarizeBatch.path, { documents, maximumSentences }, signal);
      return read(batchAnswer, await bodyOf(response)).summaries;
    },
    async write(request, signal) {
      const response = await post(summarize.path, { ...request, stream: true }, signal);
      for await (const line of linesOf(response)) {
        const event = read(creatorEvent, line);
        if (event.type === 'problem') throw new CreatorError(event.code, event.detail);
        if (event.type === 'result') return read(createdSummary, event.result);
      }
      throw brokenOff();
    },
    async chat({ model, prompt, priority, format }, signal) {
      const body = {
        model,
        priority,
        messages: [{ role: 'user', content: prompt }],
        stream: true,
        ...(format ? { format } : {}),
        options: { temperature: 0, num_predict: ANSWER_TOKENS },
      };
      const response = await post(ollamaChat.path, body, signal);
      let text = '';
      for await (const line of linesOf(response)) {
        const part = read(chatLine, line);
        if (part.error !== undefined) throw new CreatorError(part.code, part.error);
        text += part.message?.content ?? '';
        if (part.done) return text;
      }
      throw brokenOff();
    },
  };
}

interface Asked {
  method: 'GET' | 'POST';
  body?: unknown;
  signal: AbortSignal | null;
}

async function ask(peer: PeerFetch, path: string, { method, body, signal }: Asked): Promise<Response> {
  const response = await peer(path, {
    method,
    timeoutMs: HEAD_TIMEOUT_MS,
    ...(signal ? { signal } : {}),
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw error instanceof Problem ? new CreatorError(error.code, error.message) : error;
  });
  if (response.ok) return response;
  const problem = problemSchema.safeParse(await response.json().catch(() => null));
  throw problem.success
    ? new CreatorError(problem.data.code, problem.data.detail)
    : new CreatorError('unavailable', `news-creator answered ${response.status}.`);
}

function bodyOf(response: Response): Promise<unknown> {
  return response.json().catch(() => {
    throw brokenOff();
  });
}

/** The JSON lines of a streamed answer. A stream that breaks or falls silent is news-creator's outage. */
async function* linesOf(response: Response): AsyncGenerator<unknown> {
  if (!response.body) throw brokenOff();
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await nextPiece(reader);
      const lines = (rest + (value ?? '')).split('\n');
      rest = done ? '' : (lines.pop() ?? '');
      for (const line of lines) if (line.trim() !== '') yield parseLine(line);
      if (done) return;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function nextPiece(reader: ReadableStreamDefaultReader<string>) {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(brokenOff()), SILENCE_MS);
  try {
    return await Promise.race([reader.read(), silence.promise]);
  } catch (error) {
    throw error instanceof CreatorError ? error : brokenOff();
  } finally {
    clearTimeout(timer);
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw brokenOff();
  }
}

function read<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (!result.success) throw new CreatorError('unavailable', 'news-creator answered something that it should not.');
  return result.data;
}

function brokenOff(): CreatorError {
  return new CreatorError('unavailable', 'news-creator broke off in the middle of an answer.');
}
