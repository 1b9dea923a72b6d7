import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { creatorPriority } from './news-creator.ts';

/**
 * The part of Ollama's API that news-creator speaks, for services that ask a model in their own words.
 * https://github.com/ollama/ollama/blob/main/docs/api.md · Errors are problem documents with Ollama's `error` beside.
 * Answers stream as `application/x-ndjson` unless `stream` is false, as there.
 */

const model = z.string().min(1).max(200);
const nanoseconds = z.number().optional();

const asked = {
  model,
  stream: z.boolean().default(true),
  /** Not Ollama's: who waits. */
  priority: creatorPriority.default('background'),
  /** `json`, or the JSON Schema of the answer. */
  format: z.union([z.literal('json'), z.literal(''), z.record(z.string(), z.json())]).optional(),
  options: z
    .object({
      temperature: z.number().min(0).max(2).optional(),
      num_predict: z.int().optional(),
      num_ctx: z.int().optional(),
      seed: z.int().optional(),
    })
    .default({}),
};

/** What ends an answer; sizes only where the model says them. */
const answered = {
  model: z.string(),
  created_at: z.string(),
  done: z.boolean(),
  done_reason: z.string().optional(),
  total_duration: nanoseconds,
  prompt_eval_count: z.number().optional(),
  eval_count: z.number().optional(),
};

const problems = [
  'invalid-request',
  'not-found',
  'body-too-large',
  'too-many-requests',
  'bad-gateway',
  'unavailable',
  'timeout',
] as const;

export const ollamaTags = endpoint({
  name: 'ollamaTags',
  method: 'GET',
  path: '/api/tags',
  summary: 'The models: those of the configured server, and `extractive`',
  access: 'service',
  response: z.object({
    models: z.array(
      z.looseObject({
        name: z.string(),
        model: z.string(),
        modified_at: z.string(),
        size: z.number(),
        digest: z.string(),
        /** `family` of the built-in engine is `extractive`: it picks sentences and writes none. */
        details: z.looseObject({ family: z.string() }),
      }),
    ),
  }),
  statuses: [200],
  problems,
});

export const ollamaVersion = endpoint({
  name: 'ollamaVersion',
  method: 'GET',
  path: '/api/version',
  summary: 'The version of the API',
  access: 'service',
  response: z.object({ version: z.string() }),
  statuses: [200],
  problems: [],
});

export const ollamaMessage = z.object({
  role: z.enum(['system', 'user', 'assistant', 'tool']),
  content: z.string().max(400_000),
});

export const ollamaChat = endpoint({
  name: 'ollamaChat',
  method: 'POST',
  path: '/api/chat',
  summary: 'The next message of a conversation',
  access: 'service',
  body: z.object({ ...asked, messages: z.array(ollamaMessage).min(1).max(200) }),
  response: z.object({ ...answered, message: ollamaMessage }),
  statuses: [200],
  problems,
});

export const ollamaGenerate = endpoint({
  name: 'ollamaGenerate',
  method: 'POST',
  path: '/api/generate',
  summary: 'What follows on a prompt; the built-in engine answers with its most telling sentences',
  access: 'service',
  body: z.object({
    ...asked,
    prompt: z.string().max(400_000).default(''),
    system: z.string().max(100_000).optional(),
  }),
  response: z.object({ ...answered, response: z.string() }),
  statuses: [200],
  problems,
});

export const ollamaEmbed = endpoint({
  name: 'ollamaEmbed',
  method: 'POST',
  path: '/api/embed',
  summary: 'Vectors of texts; those of the built-in engine are hashed words',
  access: 'service',
  body: z.object({
    model,
    input: z.union([z.string().max(400_000), z.array(z.string().max(400_000)).max(500)]),
  }),
  response: z.object({ model: z.string(), embeddings: z.array(z.array(z.number())) }),
  statuses: [200],
  problems,
});
