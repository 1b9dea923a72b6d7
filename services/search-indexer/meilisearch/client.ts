import { setTimeout as sleep } from 'node:timers/promises';
import { OutageError } from '@alt/pipeline';
import { z } from 'zod';

/** A Meilisearch server, as far as Alt uses it. Whatever says that it is not there is an `OutageError`. */
export interface Client {
  /** The parsed answer; null for 404. Ends with `until`, if given. */
  call(method: string, path: string, body?: unknown, until?: AbortSignal): Promise<unknown>;
  /** A write: resolves when the server has done it, throws where it could not. */
  write(method: string, path: string, body?: unknown): Promise<void>;
}

const TIMEOUT_MS = 30_000;
/** Tasks wait for those before them; a long settings task may be among them. */
const TASK_TIMEOUT_MS = 600_000;
const FIRST_LOOK_MS = 10;
const LONGEST_LOOK_MS = 500;

const enqueued = z.object({ taskUid: z.int() });
const task = z.object({
  status: z.enum(['enqueued', 'processing', 'succeeded', 'failed', 'canceled']),
  error: z.object({ code: z.string(), message: z.string() }).nullish(),
});

/** A task or a request that Meilisearch refuses, with its code. */
export class MeilisearchError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export function createClient({ url, key, signal }: { url: string; key: string | null; signal: AbortSignal }): Client {
  const base = url.replace(/\/+$/, '');
  const headers = { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) };

  const call: Client['call'] = async (method, path, body, until) => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS), ...(until ? [until] : [])]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new OutageError(`Meilisearch at ${base} does not answer.`, { cause: error });
    });
    const text = await response.text().catch((error: unknown) => {
      throw new OutageError(`Meilisearch at ${base} broke off its answer.`, { cause: error });
    });
    if (response.status === 404) return null;
    if (response.ok) return text === '' ? null : JSON.parse(text);
    throw errorOf(base, response.status, text);
  };
  const untilDone = async (taskUid: number): Promise<void> => {
    const until = Date.now() + TASK_TIMEOUT_MS;
    for (let waitMs = FIRST_LOOK_MS; Date.now() < until; waitMs = Math.min(waitMs * 2, LONGEST_LOOK_MS)) {
      const given = await call('GET', `/tasks/${taskUid}`);
      if (given === null) throw new OutageError('Meilisearch has forgotten a task.');
      const { status, error } = task.parse(given);
      if (status === 'succeeded') return;
      if (status === 'failed' || status === 'canceled') {
        throw new MeilisearchError(error?.code ?? status, error?.message ?? `Meilisearch ${status} a task.`);
      }
      await sleep(waitMs, undefined, { signal });
    }
    throw new OutageError(`Meilisearch has not done a task in ${TASK_TIMEOUT_MS / 60_000} minutes.`);
  };
  return {
    call,
    async write(method, path, body) {
      const answer = await call(method, path, body);
      if (answer !== null) await untilDone(enqueued.parse(answer).taskUid);
    },
  };
}

function errorOf(base: string, status: number, text: string): Error {
  const parsed = z.object({ code: z.string(), message: z.string() }).safeParse(parseJson(text));
  const { code, message } = parsed.data ?? { code: String(status), message: text.slice(0, 200) };
  if (status === 401 || status === 403) {
    return new OutageError(`Meilisearch at ${base} refuses MEILISEARCH_KEY: ${message}`);
  }
  if (status >= 500 || status === 429) return new OutageError(`Meilisearch at ${base} answers ${status}: ${message}`);
  return new MeilisearchError(code, message);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
