import { Problem } from '@alt/contracts';
import { type Egress, EgressError, type EgressResponse } from '@alt/egress';

/** Longer than any answer: what ends a request is silence, not length. */
const WHOLE_MS = 86_400_000;
const MAXIMUM_BYTES = 64 * 1_024 * 1_024;
const LINE_MAXIMUM = 1_024 * 1_024;
const RETRY_MAXIMUM_SECONDS = 3_600;
const RETRY_SECONDS = 30;
const QUOTED_MAXIMUM = 200;

export interface OutsideOptions {
  egress: Egress;
  /** Ends in no slash. */
  baseUrl: string;
  headers: Record<string, string>;
  silenceMs: number;
}

export interface OutsideRequest {
  path: string;
  body?: unknown;
  signal: AbortSignal;
  /** Hears each line of a good answer as it comes. What it throws ends the request. */
  onLine?: (line: string) => void;
}

/** Asks a model server. Throws a Problem; a redirect is not followed. */
export type Outside = (request: OutsideRequest) => Promise<EgressResponse>;

export function createOutside(options: OutsideOptions): Outside {
  return async (request) => {
    const run = startRun(options.silenceMs, request);
    let response: EgressResponse;
    try {
      response = await options.egress(`${options.baseUrl}${request.path}`, {
        method: request.body === undefined ? 'GET' : 'POST',
        headers: { ...options.headers, ...(request.body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        timeoutMs: WHOLE_MS,
        firstByteTimeoutMs: WHOLE_MS,
        maxBytes: MAXIMUM_BYTES,
        maxRedirects: 0,
        signal: run.signal,
        onBytes: run.onBytes,
      });
    } catch (error) {
      throw run.reasonOf(error);
    } finally {
      run.stop();
    }
    if (response.status !== 200) throw refusal(response);
    run.end();
    return response;
  };
}

/** The watch over one request: silence ends it, and lines are cut from its bytes. */
function startRun(silenceMs: number, { signal, onLine }: OutsideRequest) {
  const ending = new AbortController();
  let failure: unknown = null;
  const fail = (error: unknown) => {
    failure ??= error;
    ending.abort();
  };
  const silence = () => fail(new Problem('timeout', 'The model server was silent for too long.'));
  let timer = setTimeout(silence, silenceMs);
  const decoder = new TextDecoder();
  let rest = '';
  const take = (text: string, isLast: boolean) => {
    const lines = (rest + text).split('\n');
    rest = isLast ? '' : (lines.pop() ?? '');
    if (rest.length > LINE_MAXIMUM) throw junk('a line without end');
    for (const line of lines) if (line.trim() !== '') onLine?.(line.trim());
  };
  return {
    signal: AbortSignal.any([signal, ending.signal]),
    onBytes(piece: Uint8Array, status: number) {
      clearTimeout(timer);
      timer = setTimeout(silence, silenceMs);
      if (!onLine || status !== 200 || failure) return;
      try {
        take(decoder.decode(piece, { stream: true }), false);
      } catch (error) {
        fail(error);
      }
    },
    stop: () => clearTimeout(timer),
    end() {
      if (failure) throw failure;
      if (onLine) take(decoder.decode(), true);
    },
    reasonOf(error: unknown): unknown {
      if (failure) return failure;
      if (signal.aborted) return signal.reason;
      if (!(error instanceof EgressError)) return error;
      return new Problem('unavailable', `The model server cannot be used: ${error.message}`, { cause: error });
    },
  };
}

/** What a server says instead of an answer. A wrong key or model is the operator's to mend, and costs articles nothing. */
function refusal(response: EgressResponse): Problem {
  const said = messageOf(response.text());
  if (response.status === 429) {
    const retryAfter = retrySeconds(response.headers.get('retry-after'));
    return new Problem('too-many-requests', `The model server has too much to do${said}`, {
      headers: { 'retry-after': String(retryAfter) },
    });
  }
  if (response.status === 400 || response.status === 422) {
    return new Problem('bad-gateway', `The model server refused the request${said}`);
  }
  return new Problem('unavailable', `The model server answered ${response.status}${said}`);
}

function retrySeconds(header: string | null): number {
  const seconds = Number(header ?? Number.NaN);
  const given = Number.isFinite(seconds) ? seconds : (Date.parse(header ?? '') - Date.now()) / 1_000;
  return Number.isFinite(given) ? Math.min(Math.max(Math.ceil(given), 1), RETRY_MAXIMUM_SECONDS) : RETRY_SECONDS;
}

/** Ollama says `{"error": "…"}`, OpenAI `{"error": {"message": "…"}}`. */
function messageOf(body: string): string {
  const parsed = parseObject(body)?.error;
  const text = typeof parsed === 'string' ? parsed : (parsed as { message?: unknown } | undefined)?.message;
  return typeof text === 'string' && text !== '' ? `: ${text.slice(0, QUOTED_MAXIMUM)}` : '.';
}

/** A JSON object, or null for anything else. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** It answered, and nothing of use. */
export function junk(what: string): Problem {
  return new Problem('bad-gateway', `The model server sent ${what}.`);
}
