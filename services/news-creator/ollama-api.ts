import {
  type BodyOf,
  ollamaChat as chatEndpoint,
  type ollamaChat,
  ollamaEmbed,
  ollamaGenerate,
  ollamaTags,
  ollamaVersion,
  Problem,
} from '@alt/contracts';
import { type Route, type RouteContext, route } from '@alt/service-kit';
import type { ServiceName } from '@alt/topology';
import type { ChatAnswer, ChatMessage } from './engines/model.ts';
import { EXTRACTIVE } from './extracting.ts';
import { streamLines } from './streaming.ts';
import type { Summaries } from './summaries.ts';
import type { Threads } from './threads.ts';
import type { Turn, Writer } from './writing.ts';

interface OllamaOptions {
  writer: Writer | null;
  threads: Threads;
  summaries: Summaries;
  stopping: AbortSignal;
  callers: readonly ServiceName[];
}

type ChatBody = BodyOf<typeof ollamaChat>;
type Talk = Omit<ChatBody, 'messages'> & { messages: ChatMessage[] };

/** Of Ollama's API that this speaks, not of Alt. */
const API_VERSION = '0.9.0';
const EXTRACTED_SENTENCES = 5;

/** Ollama's API over the configured model and the built-in engine, which goes by the name `extractive`. */
export function ollamaRoutes(options: OllamaOptions): Route[] {
  const { callers, stopping } = options;
  const own = { callers };
  return [
    route(ollamaVersion, async () => ({ version: API_VERSION }), own),
    route(ollamaTags, async ({ request }) => ({ models: await listModels(options, request.signal) }), own),
    route(
      chatEndpoint,
      async (context) =>
        converse(options, context, context.body as Talk, (text) => ({
          message: { role: 'assistant' as const, content: text },
        })),
      own,
    ),
    route(
      ollamaGenerate,
      async (context) => {
        const { prompt, system, ...rest } = context.body;
        const messages: ChatMessage[] = [
          ...(system ? [{ role: 'system' as const, content: system }] : []),
          { role: 'user', content: prompt },
        ];
        return converse(options, context, { ...rest, messages } as Talk, (text) => ({ response: text }));
      },
      own,
    ),
    route(
      ollamaEmbed,
      async ({ body, request }) => {
        const texts = [body.input].flat();
        const signal = AbortSignal.any([request.signal, stopping]);
        return { model: body.model, embeddings: await embed(options, body.model, texts, signal) };
      },
      own,
    ),
  ];
}

async function listModels({ writer, stopping }: OllamaOptions, signal: AbortSignal) {
  const entries = writer ? await writer.list(AbortSignal.any([signal, stopping])) : [];
  const builtIn = { name: EXTRACTIVE, modifiedAt: '', sizeBytes: 0, digest: '', family: EXTRACTIVE };
  return [...entries, builtIn].map(({ name, modifiedAt, sizeBytes, digest, family }) => ({
    name,
    model: name,
    modified_at: modifiedAt || new Date(0).toISOString(),
    size: sizeBytes,
    digest,
    details: { family },
  }));
}

/** An answer of `/api/chat` or `/api/generate`, which differ in where the text stands. */
async function converse<Text extends object>(
  options: OllamaOptions,
  { request }: Pick<RouteContext, 'request'>,
  body: Talk,
  place: (text: string) => Text,
) {
  const startedAt = performance.now();
  const talk = isBuiltIn(body.model) ? extract : write;
  const part = (text: string) => ({
    model: body.model,
    created_at: new Date().toISOString(),
    ...place(text),
    done: false,
  });
  const last = (answer: ChatAnswer, text: string) => ({ ...part(text), ...endOf(answer, startedAt), done: true });
  if (!body.stream) {
    const signal = AbortSignal.any([request.signal, options.stopping]);
    const answer = await talk(options, body, { priority: body.priority, signal }).catch(withOllamaError);
    return last(answer, answer.text);
  }
  const { stopping } = options;
  return streamLines({ request, stopping, alive: () => part('') }, async ({ send, signal }) => {
    const turn: Turn = { priority: body.priority, signal, onText: (text) => send(part(text)) };
    await talk(options, body, turn).then(
      (answer) => send(last(answer, '')),
      (error: unknown) => send(errorLine(error)),
    );
  });
}

function endOf(answer: ChatAnswer, startedAt: number) {
  return {
    done_reason: answer.doneReason,
    total_duration: Math.round((performance.now() - startedAt) * 1e6),
    ...(answer.promptTokens === null ? {} : { prompt_eval_count: answer.promptTokens }),
    ...(answer.answerTokens === null ? {} : { eval_count: answer.answerTokens }),
  };
}

function isBuiltIn(model: string): boolean {
  return model === EXTRACTIVE || model === `${EXTRACTIVE}:latest`;
}

async function write({ writer }: OllamaOptions, body: Talk, turn: Turn): Promise<ChatAnswer> {
  if (!writer) throw unknownModel(body.model);
  const { format, options } = body;
  return writer.chat(
    {
      model: body.model,
      messages: body.messages,
      ...(format ? { format } : {}),
      temperature: options.temperature,
      maximumTokens: options.num_predict,
      contextTokens: options.num_ctx,
    },
    turn,
  );
}

/** The built-in engine answers with the sentences of the last message that tell most. */
async function extract({ summaries }: OllamaOptions, body: Talk, turn: Turn): Promise<ChatAnswer> {
  if (body.format) {
    throw new Problem(
      'invalid-request',
      'The built-in engine picks sentences and writes no JSON; ask a model for that.',
    );
  }
  const text = body.messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const documents = [{ title: null, text, language: null }];
  const [summary] = await summaries.summarizeBatch(documents, EXTRACTED_SENTENCES, turn.signal);
  turn.onText?.(summary?.text ?? '');
  return { text: summary?.text ?? '', model: EXTRACTIVE, doneReason: 'stop', promptTokens: null, answerTokens: null };
}

async function embed({ writer, threads }: OllamaOptions, model: string, texts: string[], signal: AbortSignal) {
  if (isBuiltIn(model)) return threads.run('embedTexts', texts, signal);
  if (!writer) throw unknownModel(model);
  return writer.embed(texts, model, { priority: 'background', signal });
}

function unknownModel(model: string): Problem {
  const detail = `There is no model "${model}" here. Configure one with OLLAMA_HOST or ALT_LLM_URL, or ask "${EXTRACTIVE}".`;
  return new Problem('not-found', detail, { extra: { error: detail } });
}

/** Clients of Ollama read `error`; ours the code beside it. */
function errorLine(error: unknown): { error: string; code: string } {
  return error instanceof Problem
    ? { error: error.message, code: error.code }
    : { error: 'This should not have happened.', code: 'internal' };
}

/** The same for an answer at once. */
function withOllamaError(error: unknown): never {
  if (!(error instanceof Problem)) throw error;
  const { code, message, extra, headers } = error;
  throw new Problem(code, message, { extra: { ...extra, error: message }, headers, cause: error.cause });
}
