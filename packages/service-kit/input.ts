import { type Endpoint, Problem } from '@alt/contracts';
import type { z } from 'zod';

const JSON_MAXIMUM_BYTES = 1024 * 1024;
const TEXT_MAXIMUM_BYTES = 16 * 1024 * 1024;

export interface RawInput {
  params: Record<string, string>;
  url: URL;
  request: Request;
}

/** Reads and checks what a request brings, by the endpoint's declaration. Throws a Problem that names each mistake. */
export async function readInput(endpoint: Endpoint, raw: RawInput) {
  const params = endpoint.params
    ? check(endpoint.params, raw.params, 'not-found', 'There is nothing at this address.')
    : {};
  const query = endpoint.query
    ? check(endpoint.query, queryObject(raw.url.searchParams), 'invalid-query', 'Correct the query parameters.')
    : {};
  const body = endpoint.body ? await readBody(endpoint, raw.request) : undefined;
  return { params, query, body };
}

async function readBody(endpoint: Endpoint, request: Request): Promise<unknown> {
  if (endpoint.bodyType)
    return check(bodySchema(endpoint), await readText(request, TEXT_MAXIMUM_BYTES), 'invalid-request', '');
  const type = request.headers.get('content-type') ?? '';
  // Also where it is missing: a page of another site could post such a body without asking first.
  if (!/^application\/([\w.+-]+\+)?json\b/i.test(type)) {
    throw new Problem('unsupported-media-type', 'Send the body as JSON, with Content-Type: application/json.');
  }
  const text = await readText(request, JSON_MAXIMUM_BYTES);
  return check(
    bodySchema(endpoint),
    parseJson(text),
    'invalid-request',
    'Correct the fields that are named in "errors".',
  );
}

function bodySchema(endpoint: Endpoint): z.ZodType {
  if (!endpoint.body) throw new Error(`${endpoint.name} declares no body`);
  return endpoint.body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('invalid-json', text ? 'The body is not valid JSON.' : 'The body is empty; send a JSON object.');
  }
}

async function readText(request: Request, maximumBytes: number): Promise<string> {
  const tooLarge = () =>
    new Problem('body-too-large', `The body may have at most ${Math.floor(maximumBytes / 1024)} KiB.`);
  if (Number(request.headers.get('content-length') ?? 0) > maximumBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maximumBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function queryObject(parameters: URLSearchParams): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  for (const key of new Set(parameters.keys())) {
    const values = parameters.getAll(key);
    result[key] = values.length === 1 ? (values[0] ?? '') : values;
  }
  return result;
}

function check(
  schema: z.ZodType,
  value: unknown,
  code: 'not-found' | 'invalid-query' | 'invalid-request',
  hint: string,
) {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  if (code === 'not-found') throw new Problem('not-found', hint);
  const errors = result.error.issues
    .slice(0, 20)
    .map((issue) => ({ path: issue.path.join('.'), message: sentenceOf(issue) }));
  const first = errors[0];
  const detail = first ? `${first.path ? `"${first.path}": ` : ''}${first.message}. ${hint}`.trim() : hint;
  throw new Problem(code, detail, { extra: { errors } });
}

function sentenceOf(issue: z.core.$ZodIssue): string {
  return issue.message.endsWith('received undefined') ? 'is missing' : issue.message;
}
