import { z } from 'zod';
import type { ChatAnswer, ChatRequest, Model } from './model.ts';
import { junk, type Outside, parseObject } from './outside.ts';

const chunk = z.looseObject({
  choices: z
    .array(
      z.looseObject({
        delta: z.looseObject({ content: z.string().nullish() }).optional(),
        finish_reason: z.string().nullish(),
      }),
    )
    .default([]),
  usage: z.looseObject({ prompt_tokens: z.number().optional(), completion_tokens: z.number().optional() }).nullish(),
  error: z.unknown().optional(),
});

const modelList = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), created: z.number().default(0), owned_by: z.string().default('') })),
});

const vectors = z.looseObject({ data: z.array(z.looseObject({ index: z.int(), embedding: z.array(z.number()) })) });

/** An OpenAI-compatible API: /chat/completions as server-sent events, /embeddings, /models. */
export function createOpenai(outside: Outside, names: { name: string | null; embedName: string | null }): Model {
  return {
    kind: 'openai',
    async list(signal) {
      const { data } = parse(modelList, (await outside({ path: '/models', signal })).text());
      return data.map(({ id, created, owned_by }) => ({
        name: id,
        modifiedAt: new Date(created * 1_000).toISOString(),
        sizeBytes: 0,
        digest: '',
        family: owned_by,
      }));
    },
    async chat(request, { signal, onText }) {
      const model = request.model ?? names.name ?? '';
      const answer: ChatAnswer = { text: '', model, doneReason: '', promptTokens: null, answerTokens: null };
      await outside({
        path: '/chat/completions',
        signal,
        body: bodyOf(request, model),
        onLine(line) {
          const text = takeEvent(answer, line);
          if (text) onText?.(text);
        },
      });
      if (answer.doneReason === '') throw junk('an answer that ends in the middle');
      return answer;
    },
    async embed(texts, wanted, signal) {
      const model = wanted ?? names.embedName ?? '';
      const response = await outside({ path: '/embeddings', body: { model, input: texts }, signal });
      const { data } = parse(vectors, response.text());
      return [...data].sort((a, b) => a.index - b.index).map(({ embedding }) => embedding);
    },
  };
}

function bodyOf(request: ChatRequest, model: string) {
  const schema = typeof request.format === 'object' ? request.format : null;
  return {
    model,
    messages: request.messages,
    stream: true,
    ...(request.temperature === undefined ? {} : { temperature: request.temperature }),
    ...(request.maximumTokens === undefined ? {} : { max_tokens: request.maximumTokens }),
    ...(schema ? { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } } : {}),
    ...(request.format === 'json' ? { response_format: { type: 'json_object' } } : {}),
  };
}

/** Adds one line of server-sent events to the answer; answers its text. Comments keep the connection alive. */
function takeEvent(answer: ChatAnswer, line: string): string {
  if (line.startsWith(':') || /^(event|id|retry):/.test(line)) return '';
  if (!line.startsWith('data:')) throw junk('something that is not the API of OpenAI');
  const data = line.slice('data:'.length).trim();
  if (data === '[DONE]') {
    answer.doneReason ||= 'stop';
    return '';
  }
  const read = parse(chunk, data);
  if (read.error !== undefined && read.error !== null) throw junk('an error instead of an answer');
  const [choice] = read.choices;
  answer.promptTokens = read.usage?.prompt_tokens ?? answer.promptTokens;
  answer.answerTokens = read.usage?.completion_tokens ?? answer.answerTokens;
  if (choice?.finish_reason) answer.doneReason = choice.finish_reason;
  const text = choice?.delta?.content ?? '';
  answer.text += text;
  return text;
}

function parse<Schema extends z.ZodType>(schema: Schema, text: string): z.output<Schema> {
  const read = schema.safeParse(parseObject(text));
  if (!read.success) throw junk('something that is not the API of OpenAI');
  return read.data;
}
