import { EgressError, type EgressResponse } from '@alt/egress';
import type { Host } from '@alt/service-kit';
import { busyFailure, failureOf, ImportFailure } from './failures.ts';

export type Egress = Host['egress'];

/** How somebody signs in: a password for ClientLogin, or a token that is sent as it is. */
export interface Credentials {
  username: string;
  password: string | null;
  apiToken: string | null;
}

/** A server of the Google Reader API at which we are signed in. */
export interface ReaderApi {
  /** Where the API begins, without a slash at its end. */
  base: string;
  /** JSON of a call below reader/api/0/. Null where the server does not know the call or what it asks for. */
  get(path: string, params: [string, string][]): Promise<unknown>;
  post(path: string, params: [string, string][]): Promise<unknown>;
}

/** Where products have their API below the address that people know. */
const KNOWN_PATHS = ['', '/api/greader.php', '/p/api/greader.php', '/greader', '/rest/googlereader', '/api/google'];
const MAX_BYTES = 64 * 1_024 * 1_024;
const TIMEOUT_MS = 60_000;

/** The addresses to try for one that was typed, the likeliest first; all on its own host. Throws an ImportFailure. */
export function candidateBases(typed: string): string[] {
  const trimmed = typed.trim();
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new ImportFailure('address-refused', 'This is not a web address. Type the one that you open in a browser.');
  }
  const path = url.pathname
    .replace(/\/(accounts\/ClientLogin|reader\/(api\/0.*)?|reader)$/i, '')
    .replace(/\/index\.(php|html?)$/i, '')
    .replace(/\/+$/, '');
  const bases = [path, ...KNOWN_PATHS.slice(1).map((known) => (path.endsWith(known) ? path : `${path}${known}`)), ''];
  return [...new Set(bases)].map((base) => `${url.origin}${base}`);
}

/**
 * Finds the API behind an address and signs in. The password goes to no other host than the typed one, with `www.` or without,
 * and never from https to http. Throws an ImportFailure.
 */
export async function openReaderApi(egress: Egress, typed: string, credentials: Credentials): Promise<ReaderApi> {
  const host = URL.parse(candidateBases(typed)[0] ?? '')?.host ?? '';
  let isRefused = false;
  let lastBusy: ImportFailure | null = null;
  for (const candidate of candidateBases(typed)) {
    const found = await enter(egress, candidate, credentials);
    if ('api' in found) return found.api;
    isRefused ||= found.isRefused;
    lastBusy = found.busy ?? lastBusy;
  }
  if (isRefused) {
    const hint = 'Some services want a password of their own for apps: look for "API" in their settings.';
    throw new ImportFailure('sign-in-refused', `${host} does not accept this name and password. ${hint}`);
  }
  if (lastBusy) throw lastBusy;
  throw new ImportFailure(
    'no-reader-api',
    `There is no Google Reader API at ${host}. Check the address, and whether the API is switched on in its settings.`,
  );
}

type Entered = { api: ReaderApi } | { isRefused: boolean; busy: ImportFailure | null };

async function enter(egress: Egress, base: string, credentials: Credentials): Promise<Entered> {
  if (credentials.apiToken !== null) return enterByToken(egress, base, credentials.apiToken);
  const form = new URLSearchParams({
    Email: credentials.username,
    Passwd: credentials.password ?? '',
    client: 'Alt',
    accountType: 'HOSTED_OR_GOOGLE',
    service: 'reader',
  });
  const answer = await send(egress, `${base}/accounts/ClientLogin`, { method: 'POST', body: String(form) });
  const { response } = answer;
  const auth = response.status === 200 ? authOf(response.text()) : null;
  if (auth !== null) {
    const own = answer.url.replace(/\/accounts\/ClientLogin$/, '');
    const found = await check(egress, own, `GoogleLogin auth=${auth}`);
    return 'api' in found ? found : { ...found, isRefused: false };
  }
  const isLogin = [400, 401, 403].includes(response.status) && !isPage(response);
  return { isRefused: isLogin, busy: busyOf(response, base) };
}

async function enterByToken(egress: Egress, base: string, token: string): Promise<Entered> {
  let last: Entered = { isRefused: false, busy: null };
  for (const authorization of [`GoogleLogin auth=${token}`, `Bearer ${token}`]) {
    last = await check(egress, base, authorization);
    if ('api' in last) return last;
  }
  return last;
}

/** The same question tells whether somebody is signed in and whether it is the API. */
async function check(egress: Egress, base: string, authorization: string): Promise<Entered> {
  const { response } = await send(egress, `${base}/reader/api/0/user-info?output=json`, { headers: { authorization } });
  const isUser = response.status === 200 && isRecord(jsonOf(response.text()));
  if (!isUser) {
    const isRefused = (response.status === 401 || response.status === 403) && !isPage(response);
    return { isRefused, busy: busyOf(response, base) };
  }
  // Some servers want it on every POST, most ignore it.
  const given = await send(egress, `${base}/reader/api/0/token`, { headers: { authorization } });
  const token = given.response.status === 200 && !isPage(given.response) ? given.response.text().trim() : '';
  return { api: createApi(egress, base, { authorization, token }) };
}

function createApi(egress: Egress, base: string, session: { authorization: string; token: string }): ReaderApi {
  const headers = { authorization: session.authorization };
  const call = async (url: string, init: SendInit): Promise<unknown> => {
    const { response } = await send(egress, url, { ...init, headers: { ...headers, ...init.headers } });
    return readAnswer(response, new URL(base).host);
  };
  return {
    base,
    get: (path, params) =>
      call(`${base}/reader/api/0/${path}?${new URLSearchParams([['output', 'json'], ...params])}`, {}),
    post: (path, params) =>
      call(`${base}/reader/api/0/${path}?output=json`, {
        method: 'POST',
        body: String(new URLSearchParams([['output', 'json'], ['T', session.token], ...params])),
      }),
  };
}

function readAnswer(response: EgressResponse, host: string): unknown {
  const { status } = response;
  const busy = busyOf(response, response.url);
  if (busy) throw busy;
  if (status === 401 || status === 403) {
    throw new ImportFailure('sign-in-refused', `${host} does not accept the sign-in any more. Begin again.`);
  }
  if (status >= 400) return null;
  const answer = jsonOf(response.text());
  // What is no JSON now may be some again later: a cut connection, a page of maintenance.
  if (answer === undefined) {
    throw new ImportFailure(
      'answer-unusable',
      `${host} answers with something that is not its API.`,
      UNUSABLE_RETRY_MS,
    );
  }
  return answer;
}

const UNUSABLE_RETRY_MS = 5_000;

interface SendInit {
  method?: 'POST';
  body?: string;
  headers?: Record<string, string>;
}

const SAME_SITE_REDIRECTS = 3;

/** One request, with redirects within the typed site only: what it carries is a password. */
async function send(egress: Egress, url: string, init: SendInit): Promise<{ response: EgressResponse; url: string }> {
  let target = url;
  for (let redirects = 0; ; redirects += 1) {
    const response = await request(egress, target, init);
    const location = response.status >= 301 && response.status <= 308 ? response.headers.get('location') : null;
    const next = location === null ? null : URL.parse(location, target);
    if (!next) return { response, url: target };
    const path = next.pathname;
    // To another page than that of the API (a page to sign in): there is no API at this address.
    if (!path.endsWith(new URL(target).pathname.split('/').at(-1) ?? '')) return { response, url: target };
    if (!isSameSite(new URL(target), next) || redirects === SAME_SITE_REDIRECTS) {
      throw new ImportFailure(
        'redirected-elsewhere',
        `${new URL(target).host} leads to ${next.host}. If that is your service, type ${next.origin} as the address.`,
      );
    }
    target = next.href;
  }
}

function isSameSite(from: URL, to: URL): boolean {
  const bare = (host: string) => host.replace(/^www\./, '');
  if (bare(from.hostname) !== bare(to.hostname)) return false;
  return to.protocol === 'https:' || (from.protocol === to.protocol && from.port === to.port);
}

async function request(egress: Egress, url: string, init: SendInit): Promise<EgressResponse> {
  try {
    return await egress(url, {
      ...init,
      headers: {
        accept: 'application/json, text/plain;q=0.9, */*;q=0.1',
        ...(init.body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
        ...init.headers,
      },
      maxBytes: MAX_BYTES,
      maxRedirects: 0,
      timeoutMs: TIMEOUT_MS,
      firstByteTimeoutMs: TIMEOUT_MS,
    });
  } catch (error) {
    throw error instanceof EgressError ? failureOf(error) : error;
  }
}

function busyOf(response: EgressResponse, url: string): ImportFailure | null {
  const { status } = response;
  if (status !== 429 && status < 500) return null;
  return busyFailure(new URL(url).host, status, response.headers.get('retry-after'));
}

/** The token of a sign-in: a line of text, or JSON. */
function authOf(text: string): string | null {
  const line = /^Auth=(\S+)\s*$/m.exec(text)?.[1];
  if (line !== undefined) return line;
  const answer = jsonOf(text);
  return isRecord(answer) && typeof answer.Auth === 'string' && answer.Auth !== '' ? answer.Auth : null;
}

function isPage(response: EgressResponse): boolean {
  return (
    /html/i.test(response.headers.get('content-type') ?? '') ||
    /^\s*<(!doctype|html)/i.test(response.text().slice(0, 200))
  );
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
