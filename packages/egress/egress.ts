import type { Tracer } from '@alt/tracing';
import type { Agent } from 'undici';
import { type Deadline, startDeadline } from './deadline.ts';
import { createDialler } from './dialling.ts';
import { EgressError, type EgressErrorCode, toEgressError } from './errors.ts';
import { ExchangeFailure, type ExchangeResponse, exchange } from './exchange.ts';
import { type Admission, createGuard, type Guard } from './guard.ts';
import { callerHeaders, type Hop, nextHop, requestHeaders } from './hops.ts';
import { createLookup, type Lookup } from './names.ts';
import { isRedirect, type Redirect, redirectTarget } from './redirects.ts';
import { parseTarget, type Target } from './target.ts';

export interface EgressInit {
  method?: 'GET' | 'HEAD' | 'POST';
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** For everything: look-up, connection, redirects, body. Default 20,000. */
  timeoutMs?: number;
  /** From the begin of each hop, its look-up not counted. Default 10,000. */
  firstByteTimeoutMs?: number;
  /** Of the decoded body. Default 15 MiB. */
  maxBytes?: number;
  /** Default 5. With 0 a redirect is not followed but returned as the response. */
  maxRedirects?: number;
  signal?: AbortSignal;
  /** Hears each decoded piece of the body as it comes; all of them are in `bytes` as well. */
  onBytes?: (piece: Uint8Array, status: number) => void;
  /** Robots rules are the business of whoever fetches pages, not of this package. */
  robots?: never;
}

export interface EgressResponse {
  status: number;
  /** After redirects, without userinfo and fragment. */
  url: string;
  redirects: Redirect[];
  headers: Headers;
  /** Decoded and complete, in an ArrayBuffer of its own. */
  bytes: Uint8Array;
  /** `1.1` (also for 1.0) or `2`. */
  httpVersion: string;
  /** The bytes as text in the charset of Content-Type, else UTF-8. */
  text(): string;
}

export type EgressVerdict = 'ok' | EgressErrorCode;
export type HostClass = 'public' | 'private' | 'opened' | 'invalid';

export interface EgressOptions {
  /** Entries of ALT_EGRESS_ALLOW, as parseAllowList returns them. */
  allow?: string[];
  /** EGRESS_PROXY_URL: every connection is then a CONNECT tunnel by name, and the proxy checks the addresses. */
  proxyUrl?: string;
  userAgent: string;
  /** Multiplies every time-out; tests shorten them. */
  timeoutScale?: number;
  /** How names become addresses; tests bring a resolver that rebinds. */
  lookup?: Lookup;
  /** For how long a checked look-up is used again. Default 30,000. */
  dnsCacheMs?: number;
  /** PEM certificates trusted besides Node's own. */
  certificateAuthorities?: string[];
  /** Tells of each request; a trace goes no farther than the proxy. */
  tracer?: Tracer | null;
  /** Called once a request. */
  onVerdict?: (event: { hostClass: HostClass; verdict: EgressVerdict; durationMs: number }) => void;
}

export type Egress = ((url: string, init?: EgressInit) => Promise<EgressResponse>) & {
  /** Cuts what runs and closes all sockets. */
  close(): Promise<void>;
  /** Rejects with EgressError if the address would be refused; sends nothing but the look-up. */
  check(url: string): Promise<void>;
  /**
   * The same way out with entries opened besides, as `parseAllowList` knows them: for addresses that the operator
   * configured for one service, so that nothing a reader types inherits them. Behind a proxy the proxy's check counts.
   */
  opening(entries: string[]): Egress;
  /** True if ALT_EGRESS_ALLOW opened it: the host, the address, or the address that its last look-up led to. */
  isOpenedByOperator(url: string): boolean;
};

const TIMEOUT_MS = 20_000;
const FIRST_BYTE_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 10_000;
const MAX_BYTES = 15 * 1_024 * 1_024;
const MAX_REDIRECTS = 5;
const DNS_CACHE_MS = 30_000;

/**
 * The only way out. Every request and each of its redirects is checked, its connection goes to the checked address, and
 * what comes back is bounded in size and time. Rejects with EgressError only.
 */
export function createEgress(options: EgressOptions): Egress {
  const timeoutScale = options.timeoutScale ?? 1;
  const guard = createGuard({
    allow: options.allow ?? [],
    lookup: options.lookup ?? createLookup({ timeoutScale }),
    resolves: options.proxyUrl === undefined,
    dnsCacheMs: options.dnsCacheMs ?? DNS_CACHE_MS,
  });
  const dispatcher = createDialler({
    guard,
    proxyUrl: options.proxyUrl,
    tracer: options.tracer,
    certificateAuthorities: options.certificateAuthorities,
    connectTimeoutMs: CONNECT_TIMEOUT_MS * timeoutScale,
  });
  const context = { guard, dispatcher, timeoutScale, userAgent: options.userAgent };

  const send = async (url: string, init: EgressInit = {}): Promise<EgressResponse> => {
    const startedAt = performance.now();
    const journey: Journey = { isOpened: false };
    const report = (verdict: EgressVerdict): void =>
      options.onVerdict?.({
        hostClass: hostClass(verdict, journey),
        verdict,
        durationMs: performance.now() - startedAt,
      });
    try {
      const response = await follow(context, url, init, journey);
      report('ok');
      return response;
    } catch (error) {
      const failure = toEgressError(error, '');
      report(failure.code);
      throw failure;
    }
  };
  const { tracer } = options;
  // Its host alone: the path and the query of an address may be a secret of whoever follows it.
  const sendTraced = (url: string, init: EgressInit = {}): Promise<EgressResponse> => {
    const attributes = {
      'http.request.method': init.method ?? 'GET',
      'server.address': URL.parse(url)?.hostname ?? '',
    };
    return tracer
      ? tracer.span(`${init.method ?? 'GET'} outside`, { kind: 'client', attributes }, async (span) => {
          const response = await send(url, init);
          span.set({ 'http.response.status_code': response.status, 'alt.redirects': response.redirects.length });
          return response;
        })
      : send(url, init);
  };
  return Object.assign(sendTraced, {
    close: () => dispatcher.destroy(),
    check: async (url: string) => {
      await guard.admit(parseTarget(url));
    },
    opening: (entries: string[]) => createEgress({ ...options, allow: [...(options.allow ?? []), ...entries] }),
    isOpenedByOperator: (url: string) => isOpened(guard, url),
  });
}

interface Context {
  guard: Guard;
  dispatcher: Agent;
  timeoutScale: number;
  userAgent: string;
}

interface Journey {
  isOpened: boolean;
}

async function follow(context: Context, url: string, init: EgressInit, journey: Journey): Promise<EgressResponse> {
  const first = parseTarget(url);
  const timeoutMs = (init.timeoutMs ?? TIMEOUT_MS) * context.timeoutScale;
  const deadline = startDeadline(first.host, timeoutMs, init.signal);
  try {
    return await followUntil(context, first, init, journey, deadline);
  } finally {
    deadline.stop();
  }
}

async function followUntil(
  context: Context,
  first: Target,
  init: EgressInit,
  journey: Journey,
  deadline: Deadline,
): Promise<EgressResponse> {
  const maxRedirects = init.maxRedirects ?? MAX_REDIRECTS;
  const redirects: Redirect[] = [];
  const seen = new Set([first.url.href]);
  let hop: Hop = { target: first, method: init.method ?? 'GET', body: init.body, headers: callerHeaders(init.headers) };
  for (;;) {
    const admission = await deadline.race(context.guard.admit(hop.target));
    journey.isOpened ||= admission.isOpened;
    const answer = await exchangeHop(context, hop, init, admission, deadline);
    if (!isRedirect(answer.status) || maxRedirects === 0) return toResponse(answer, hop.target, redirects);
    const target = redirectTarget(hop.target, answer.headers);
    redirects.push({ status: answer.status, from: hop.target.url.href, to: target.url.href });
    if (redirects.length > maxRedirects || seen.has(target.url.href)) {
      throw new EgressError('too-many-redirects', first.host);
    }
    seen.add(target.url.href);
    hop = nextHop(hop, answer.status, target);
  }
}

async function exchangeHop(
  context: Context,
  hop: Hop,
  init: EgressInit,
  admission: Admission,
  deadline: Deadline,
): Promise<ExchangeResponse> {
  const { url, host } = hop.target;
  const request = {
    host,
    origin: url.origin,
    path: `${url.pathname}${url.search}`,
    method: hop.method,
    headers: requestHeaders(hop, context.userAgent),
    body: hop.body,
    firstByteTimeoutMs: (init.firstByteTimeoutMs ?? FIRST_BYTE_TIMEOUT_MS) * context.timeoutScale,
    maxBytes: init.maxBytes ?? MAX_BYTES,
    onBytes: init.onBytes,
    deadline,
  };
  const startedAt = performance.now();
  try {
    return await exchange(context.dispatcher, request);
  } catch (error) {
    if (!(error instanceof ExchangeFailure)) throw error;
    // A server may close a kept connection just as it is used again; a fresh one then gets the request once more.
    const wasKept = admission.connectedAt < startedAt;
    const isRepeatable = hop.method !== 'POST' && !error.hasBegun && error.reason.code === 'connection-lost';
    if (!wasKept || !isRepeatable || deadline.ended) throw error.reason;
    return await exchange(context.dispatcher, request).catch((again: unknown) => {
      throw again instanceof ExchangeFailure ? again.reason : again;
    });
  }
}

function toResponse(answer: ExchangeResponse, target: Target, redirects: Redirect[]): EgressResponse {
  return {
    ...answer,
    url: target.url.href,
    redirects,
    text: () => decodeText(answer.bytes, answer.headers.get('content-type') ?? ''),
  };
}

function decodeText(bytes: Uint8Array, contentType: string): string {
  const charset = /charset\s*=\s*["']?([^\s;"']+)/i.exec(contentType)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

function hostClass(verdict: EgressVerdict, journey: Journey): HostClass {
  if (verdict === 'egress-refused-address') return 'private';
  if (verdict === 'egress-invalid-url' || verdict === 'egress-refused-scheme' || verdict === 'egress-refused-port') {
    return 'invalid';
  }
  return journey.isOpened ? 'opened' : 'public';
}

function isOpened(guard: Guard, url: string): boolean {
  try {
    return guard.isOpened(parseTarget(url));
  } catch {
    return false;
  }
}
