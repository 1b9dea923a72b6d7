import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createReaderAccount, type ReaderAccount } from './account.ts';
import { answerCall, type ReaderApi, zoneOf } from './answers.ts';
import { type ReaderFault, refusalOf, sendSpoilt } from './faults.ts';
import { READER_VARIANTS, type ReaderProduct, type ReaderVariant } from './variants.ts';

export interface ReaderServerOptions {
  /** Whose dialect is spoken. Default: inoreader. */
  product?: ReaderProduct;
  /** Differences from that dialect. */
  variant?: Partial<ReaderVariant>;
  email?: string;
  /** For products with a login. */
  password?: string;
  /** A token that was made on the server's own page, as products take it in place of a login: after which word. */
  apiToken?: { value: string; scheme: 'GoogleLogin' | 'Bearer' };
  /** Whether a bearer is good now; default: what `control.acceptToken` was given. */
  isValidToken?: (token: string) => boolean | Promise<boolean>;
  /** Requests a day and zone; Infinity for products without quotas. Default: 100 at Inoreader. */
  limits?: { 1: number; 2: number };
  /** Answers what is not the API (OAuth endpoints, a page); true if it did. */
  mount?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
}

export interface ReaderRequest {
  at: Date;
  method: string;
  /** Below the API's beginning, without the query: "stream/items/ids", "accounts/ClientLogin", "token". */
  path: string;
  params: URLSearchParams;
  headers: IncomingMessage['headers'];
  zone: 1 | 2 | null;
  /** What it was answered with; 0 while it is answered. */
  status: number;
  fault: ReaderFault | null;
}

export interface FaultOrder {
  /** The path of the requests that it is for ("stream/items/ids"); default: any. */
  path?: string;
  /** How many of them; default: one. */
  times?: number;
  /** How many of them go well before. */
  after?: number;
}

export interface ReaderServer {
  /** Origin and base path, without a slash at its end. */
  url: string;
  account: ReaderAccount;
  /** All requests so far, refused ones too. */
  requests: ReaderRequest[];
  control: ReaderControl;
  stop(): Promise<void>;
}

export interface ReaderControl {
  acceptToken(token: string): void;
  /** Bearers and logins of before are refused from now on. */
  expireTokens(): void;
  order(fault: ReaderFault, order?: FaultOrder): void;
  /** Called before each request is answered: what a test changes between two of them. */
  beforeRequest(act: ((request: ReaderRequest) => void) | null): void;
  /** Continuations that were handed out are good no more. */
  changeContinuations(answer: ReaderApi['badContinuation']): void;
  /** Requests counted today. */
  usage(): { 1: number; 2: number };
  setUsage(zone: 1 | 2, count: number): void;
  setLimit(zone: 1 | 2, limit: number): void;
  /** What X-Reader-Limits-Reset-After says, in seconds; default: an hour. */
  setResetAfter(seconds: number): void;
  /** The quotas begin again. */
  endDay(): void;
}

interface State extends ReaderApi {
  options: ReaderServerOptions;
  requests: ReaderRequest[];
  tokens: Set<string>;
  usage: { 1: number; 2: number };
  limits: { 1: number; 2: number };
  resetAfterSeconds: number;
  orders: { fault: ReaderFault; path: string | undefined; times: number; after: number }[];
  before: ((request: ReaderRequest) => void) | null;
}

/**
 * A server on loopback that speaks the Google Reader API over an account in memory, in the dialect of a product, with its
 * way to sign in and, at Inoreader, its quotas. It can be told to fail in the ways of faults.ts.
 */
export async function startInoreader(options: ReaderServerOptions = {}): Promise<ReaderServer> {
  const product = options.product ?? 'inoreader';
  const variant = { ...READER_VARIANTS[product], ...options.variant };
  const standard = product === 'inoreader' ? 100 : Number.POSITIVE_INFINITY;
  const state: State = {
    options: { ...options, product },
    account: createReaderAccount(options.email ?? 'ann@example.test', variant.firstItem),
    variant,
    continuationAge: 1,
    badContinuation: 'bad-request',
    requests: [],
    tokens: new Set(),
    usage: { 1: 0, 2: 0 },
    limits: { ...(options.limits ?? { 1: standard, 2: standard }) },
    resetAfterSeconds: 3_600,
    orders: [],
    before: null,
  };
  const server = createServer((incoming, response) => {
    handle(state, incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${variant.basePath}`,
    account: state.account,
    requests: state.requests,
    control: controlOf(state),
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function controlOf(state: State): ReaderControl {
  return {
    acceptToken: (token) => void state.tokens.add(token),
    expireTokens: () => state.tokens.clear(),
    order(fault, { path, times = 1, after = 0 } = {}) {
      state.orders.push({ fault, path, times, after });
    },
    beforeRequest(act) {
      state.before = act;
    },
    changeContinuations(answer) {
      state.continuationAge += 1;
      state.badContinuation = answer;
    },
    usage: () => ({ ...state.usage }),
    setUsage(zone, count) {
      state.usage[zone] = count;
    },
    setLimit(zone, limit) {
      state.limits[zone] = limit;
    },
    setResetAfter(seconds) {
      state.resetAfterSeconds = seconds;
    },
    endDay() {
      state.usage = { 1: 0, 2: 0 };
    },
  };
}

async function handle(state: State, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const { options, variant } = state;
  if (await options.mount?.(incoming, response)) return;
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const path = pathOf(url.pathname, variant.basePath);
  const params = new URLSearchParams([...url.searchParams, ...(await readForm(incoming))]);
  if (path === null) return send(response, 404, '<!doctype html><title>Not found</title>', {}, 'text/html');
  const request: ReaderRequest = {
    at: new Date(),
    method: incoming.method ?? 'GET',
    path,
    params,
    headers: incoming.headers,
    zone: zoneOf(path),
    status: 0,
    fault: null,
  };
  state.requests.push(request);
  state.before?.(request);
  request.fault = faultFor(state, path);
  response.once('close', () => {
    request.status = response.headersSent ? response.statusCode : 0;
  });
  if (path === 'accounts/ClientLogin') return send(response, ...login(state, request));
  await answer(state, request, response);
}

async function answer(state: State, request: ReaderRequest, response: ServerResponse): Promise<void> {
  const { variant } = state;
  if (!(await isSignedIn(state, request))) {
    const { body, headers } = variant.unauthorised;
    return send(response, 401, body, { ...headers, ...quotaHeaders(state) });
  }
  const refusal = refusalOf(request.fault);
  if (refusal) {
    const isBare = request.fault === 'too-many-bare';
    return send(response, refusal.status, refusal.body, { ...refusal.headers, ...(isBare ? {} : quotaHeaders(state)) });
  }
  if (request.path === 'token') return send(response, 200, tokenOf(state), quotaHeaders(state));
  const isWrite = request.zone === 2;
  const isUntrue = request.method === 'POST' && variant.wantsToken && request.params.get('T') !== tokenOf(state);
  if (isUntrue || (isWrite && request.method !== 'POST')) {
    return send(response, 401, 'Unauthorized', { 'X-Reader-Google-Bad-Token': 'true', ...quotaHeaders(state) });
  }
  if (request.zone !== null) {
    if (state.usage[request.zone] >= state.limits[request.zone]) {
      return send(response, 429, 'Daily request limit reached!', quotaHeaders(state));
    }
    state.usage[request.zone] += 1;
  }
  const reply = answerCall(state, request);
  await sendSpoilt(response, reply, quotaHeaders(state), request.fault);
}

async function isSignedIn({ options, tokens }: State, { headers }: ReaderRequest): Promise<boolean> {
  const authorization = headers.authorization ?? '';
  if (options.product === 'inoreader') {
    const token = /^Bearer (.+)$/i.exec(authorization)?.[1];
    if (token === undefined) return false;
    return options.isValidToken ? options.isValidToken(token) : tokens.has(token);
  }
  const { apiToken } = options;
  const made =
    apiToken && (apiToken.scheme === 'Bearer' ? `Bearer ${apiToken.value}` : `GoogleLogin auth=${apiToken.value}`);
  if (made && authorization === made) return true;
  return tokens.has(/^GoogleLogin auth=(.+)$/i.exec(authorization)?.[1] ?? '');
}

/** How a login is answered: text by lines, or JSON for those who ask. */
function login(state: State, { params, fault }: ReaderRequest): SentAnswer {
  const { options, account, variant, tokens } = state;
  const refusal = refusalOf(fault);
  if (refusal) return [refusal.status, refusal.body, refusal.headers ?? {}];
  if (options.product === 'inoreader') return [403, 'Use OAuth'];
  const isRight = params.get('Email') === account.email && params.get('Passwd') === (options.password ?? 'secret');
  if (!isRight) return [variant.badLogin.status, variant.badLogin.body];
  const auth = `${account.email.split('@')[0]}/${tokens.size + 1}8e5e2cb4`;
  tokens.add(auth);
  if (params.get('output') !== 'json') return [200, `SID=${auth}\nLSID=${auth}\nAuth=${auth}\n`];
  return [200, JSON.stringify({ SID: auth, LSID: auth, Auth: auth }), {}, 'application/json'];
}

function tokenOf({ account }: State): string {
  return Buffer.from(`token of ${account.email}`).toString('hex');
}

function faultFor(state: State, path: string): ReaderFault | null {
  for (const order of state.orders) {
    if (order.times === 0 || (order.path !== undefined && !path.startsWith(order.path))) continue;
    if (order.after > 0) {
      order.after -= 1;
      continue;
    }
    order.times -= 1;
    return order.fault;
  }
  return null;
}

function quotaHeaders({ usage, limits, resetAfterSeconds }: State): Record<string, string> {
  if (limits[1] === Number.POSITIVE_INFINITY) return {};
  return {
    'X-Reader-Zone1-Limit': String(limits[1]),
    'X-Reader-Zone2-Limit': String(limits[2]),
    'X-Reader-Zone1-Usage': String(usage[1]),
    'X-Reader-Zone2-Usage': String(usage[2]),
    'X-Reader-Limits-Reset-After': String(resetAfterSeconds),
  };
}

function pathOf(pathname: string, basePath: string): string | null {
  if (!pathname.startsWith(`${basePath}/`)) return null;
  const below = pathname.slice(basePath.length).replace(/^\/+/, '');
  if (below === 'accounts/ClientLogin') return below;
  return below.startsWith('reader/api/0/') ? below.slice('reader/api/0/'.length) : null;
}

async function readForm(incoming: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString());
}

type SentAnswer = [status: number, body: string, headers?: Record<string, string>, type?: string];

function send(response: ServerResponse, ...[status, body, headers = {}, type = TEXT]: SentAnswer): void {
  response.writeHead(status, { ...headers, 'content-type': type });
  response.end(body);
}

const TEXT = 'text/plain; charset=utf-8';
