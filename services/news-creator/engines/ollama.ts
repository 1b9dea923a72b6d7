import { Problem } from '@alt/contracts';
import { z } from 'zod';
import type { ChatAnswer, ChatRequest, Model } from './model.ts';
import { junk, type Outside, parseObject } from './outside.ts';

const part = z.looseObject({
  model: z.string().optional(),
  message: z.looseObject({ content: z.string() }).optional(),
  done: z.boolean().default(false),
  done_reason: z.string().optional(),
  prompt_eval_count: z.number().optional(),
  eval_count: z.number().optional(),
  error: z.string().optional(),
});

const tags = z.looseObject({
  models: z.array(
    z.looseObject({
      name: z.string(),
      modified_at: z.string().default(''),
      size: z.number().default(0),
      digest: z.string().default(''),
      details: z.looseObject({ family: z.string().default('') }).default({ family: '' }),
    }),
  ),
});

const vectors = z.looseObject({ embeddings: z.array(z.array(z.number())) });

/** An Ollama server. Answers stream, so that silence can be told from slowness. */
export function createOllama(outside: Outside, names: { name: string | null; embedName: string | null }): Model {
  const list: Model['list'] = async (signal) => {
    const { models } = parse(tags, (await outside({ path: '/api/tags', signal })).text());
    return models.map((entry) => ({
      name: entry.name,
      modifiedAt: entry.modified_at,
      sizeBytes: entry.size,
      digest: entry.digest,
      family: entry.details.family,
    }));
  };
  const modelName = async (wanted: string | null, signal: AbortSignal): Promise<string> => {
    const name = wanted ?? (await list(signal))[0]?.name;
    if (!name) throw new Problem('unavailable', 'The Ollama server has no model. Give it one: ollama pull <model>.');
    return name;
  };

  return {
    kind: 'ollama',
    list,
    async chat(request, { signal, onText }) {
      const model = await modelName(request.model ?? names.name, signal);
      const answer: ChatAnswer = { text: '', model, doneReason: '', promptTokens: null, answerTokens: null };
      await outside({
        path: '/api/chat',
        signal,
        body: {
          model,
          messages: request.messages,
          stream: true,
          ...(request.format ? { format: request.format } : {}),
          options: optionsOf(request),
        },
        onLine(line) {
          const text = takePart(answer, line);
          if (text) onText?.(text);
        },
      });
      if (answer.doneReason === '') throw junk('an answer that ends in the middle');
      return answer;
    },
    async embed(texts, wanted, signal) {
      const model = await modelName(wanted ?? names.embedName, signal);
      const response = await outside({ path: '/api/embed', body: { model, input: texts }, signal });
      return parse(vectors, response.text()).embeddings;
    },
  };
}

function optionsOf(request: ChatRequest) {
  return {
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.maximumTokens === undefined ? {} : { num_predict: request.maximumTokens }),
    num_ctx: request.contextTokens ?? contextFor(request),
  };
}

/** English has four to five bytes of UTF-8 a token, Russian about five, Japanese three; code and names less. */
const BYTES_PER_TOKEN = 2.5;
const MESSAGE_TOKENS = 16;
const ANSWER_TOKENS = 1_024;
const CONTEXT_MINIMUM = 4_096;
const CONTEXT_MAXIMUM = 131_072;

/**
 * Ollama cuts a question that exceeds its context from the front, without a word, and its default is 4,096 tokens. Only
 * powers of two, because it loads the model anew for each other size.
 * https://github.com/ollama/ollama/blob/main/docs/faq.md
 */
function contextFor({ messages, maximumTokens = ANSWER_TOKENS }: ChatRequest): number {
  const asked = messages.reduce(
    (sum, { content }) => sum + MESSAGE_TOKENS + Buffer.byteLength(content) / BYTES_PER_TOKEN,
    0,
  );
  const needed = asked + Math.max(maximumTokens, ANSWER_TOKENS);
  return Math.min(Math.max(2 ** Math.ceil(Math.log2(needed)), CONTEXT_MINIMUM), CONTEXT_MAXIMUM);
}

/** Adds one line of a stream to the answer; answers its text. */
function takePart(answer: ChatAnswer, line: string): string {
  const read = parse(part, line);
  if (read.error !== undefined) throw junk(`an error: ${read.error.slice(0, 200)}`);
  const text = read.message?.content ?? '';
  answer.text += text;
  if (read.done) {
    answer.doneReason = read.done_reason ?? 'stop';
    answer.promptTokens = read.prompt_eval_count ?? null;
    answer.answerTokens = read.eval_count ?? null;
  }
  return text;
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  const read = schema.safeParse(parseObject(text));
  if (!read.success) throw junk('something that is not the API of Ollama');
  return read.data;
}
