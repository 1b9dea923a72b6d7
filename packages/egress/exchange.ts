import type { Dispatcher } from 'undici';
import type { Deadline } from './deadline.ts';
import { type BodyReader, createBodyReader } from './decoding.ts';
import { EgressError, toEgressError } from './errors.ts';

export interface ExchangeRequest {
  host: string;
  origin: string;
  path: string;
  method: 'GET' | 'HEAD' | 'POST';
  /** Flat list of names and values. */
  headers: string[];
  body: string | Uint8Array | undefined;
  firstByteTimeoutMs: number;
  maxBytes: number;
  onBytes?: ((piece: Uint8Array, status: number) => void) | undefined;
  deadline: Deadline;
}

export interface ExchangeResponse {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
  httpVersion: string;
}

/** A failed exchange; `hasBegun` tells whether any byte of an answer was seen, and so whether to try again is safe. */
export class ExchangeFailure extends Error {
  readonly reason: EgressError;
  readonly hasBegun: boolean;

  constructor(reason: EgressError, hasBegun: boolean) {
    super(reason.message);
    this.reason = reason;
    this.hasBegun = hasBegun;
  }
}

/**
 * One request and one answer on a pooled connection, redirects not followed. The body is complete, decoded and at most
 * `maxBytes`. Rejects with ExchangeFailure. Speaks undici's dispatch interface: no streams, no signals, one object.
 */
export function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<ExchangeResponse> {
  return new Promise((resolve, reject) => {
    const handler = createHandler(
      request,
      (response) => resolve(response),
      (error, hasBegun) => reject(new ExchangeFailure(error, hasBegun)),
    );
    dispatcher.dispatch(
      {
        origin: request.origin,
        path: request.path,
        method: request.method,
        headers: request.headers,
        body: request.body ?? null,
      },
      handler,
    );
  });
}

function createHandler(
  request: ExchangeRequest,
  resolve: (response: ExchangeResponse) => void,
  reject: (error: EgressError, hasBegun: boolean) => void,
): Dispatcher.DispatchHandler {
  let controller: Dispatcher.DispatchController | undefined;
  let reader: BodyReader | undefined;
  const outcome = createOutcome(request, resolve, (error, hasBegun) => {
    reader?.discard();
    // A request that still waits for its connection has no controller yet; onRequestStart aborts it then.
    controller?.abort(error);
    reject(error, hasBegun);
  });
  return {
    onRequestStart: (started) => {
      controller = started;
      if (outcome.failure) started.abort(outcome.failure);
    },
    onResponseStarted: outcome.begin,
    onResponseStart: (started, status, parsed) => {
      if (outcome.failure || status < 200) return;
      outcome.begin();
      // HTTP/1 headers arrive as a flat list of bytes, those of HTTP/2 as an object; nothing else tells them apart here.
      const httpVersion = Array.isArray(started.rawHeaders) ? '1.1' : '2';
      try {
        reader = openBody(request, { status, headers: toHeaders(parsed), httpVersion }, outcome, () =>
          started.resume(),
        );
      } catch (error) {
        outcome.fail(toEgressError(error, request.host));
      }
    },
    onResponseData: (started, chunk) => {
      if (outcome.failure || !reader) return;
      if (!reader.write(chunk)) started.pause();
    },
    onResponseEnd: () => {
      if (!outcome.failure) reader?.end();
    },
    onResponseError: (_controller, error) => outcome.fail(toEgressError(error, request.host)),
  };
}

/** How an exchange ends: once, by an answer, an error, the time to the first byte, or the deadline. */
interface Outcome {
  readonly failure: EgressError | undefined;
  /** The first byte is there. */
  begin(): void;
  succeed(response: ExchangeResponse): void;
  fail(error: EgressError): void;
}

function createOutcome(
  request: ExchangeRequest,
  resolve: (response: ExchangeResponse) => void,
  reject: (error: EgressError, hasBegun: boolean) => void,
): Outcome {
  let hasBegun = false;
  let failure: EgressError | undefined;
  let forgetDeadline = (): void => {};
  const settle = (): void => {
    clearTimeout(timer);
    forgetDeadline();
  };
  const fail = (error: EgressError): void => {
    if (failure) return;
    failure = error;
    settle();
    reject(error, hasBegun);
  };
  const timer = setTimeout(() => fail(new EgressError('timeout-first-byte', request.host)), request.firstByteTimeoutMs);
  // Calls back at once if the deadline has passed.
  forgetDeadline = request.deadline.onEnd(fail);
  return {
    get failure() {
      return failure;
    },
    begin: () => {
      hasBegun = true;
      clearTimeout(timer);
    },
    succeed: (response) => {
      if (failure) return;
      settle();
      resolve(response);
    },
    fail,
  };
}

/** Throws EgressError if the head of the answer already says that its body cannot be taken. */
function openBody(
  request: ExchangeRequest,
  head: Omit<ExchangeResponse, 'bytes'>,
  outcome: Outcome,
  onDrain: () => void,
): BodyReader {
  const { host, maxBytes } = request;
  const isBodyless = request.method === 'HEAD' || head.status === 204 || head.status === 304;
  if (!isBodyless && isDeclaredTooLarge(head.headers, maxBytes)) throw new EgressError('body-too-large', host);
  return createBodyReader({
    host,
    contentEncoding: isBodyless ? '' : (head.headers.get('content-encoding') ?? ''),
    maxBytes,
    onPiece: (piece) => request.onBytes?.(piece, head.status),
    onDone: (bytes) => outcome.succeed({ ...head, bytes }),
    onError: outcome.fail,
    onDrain,
  });
}

function isDeclaredTooLarge(headers: Headers, maxBytes: number): boolean {
  return Number(headers.get('content-length')) > maxBytes;
}

/** Names or values that are no valid header are left out: they come from strangers. */
function toHeaders(parsed: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(parsed)) {
    if (value === undefined || name.startsWith(':')) continue;
    for (const single of Array.isArray(value) ? value : [value]) {
      try {
        headers.append(name, single);
      } catch {}
    }
  }
  return headers;
}
