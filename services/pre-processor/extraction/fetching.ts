import type { Database } from '@alt/database';
import { EgressError, type EgressErrorCode, type EgressInit, type EgressResponse, parseTarget } from '@alt/egress';
import { isRedirect, redirectTarget } from '@alt/egress/redirects.ts';
import { OutageError, ParkedError, PostponedError } from '@alt/pipeline';
import { httpError } from '../health.ts';
import { HostBusyError, hostOf, type Politeness } from '../politeness.ts';
import { isAllowed, parseRobots, type RobotsRules } from '../robots.ts';
import { loadRobots, saveRobots } from '../store/pages.ts';

export interface FetchingOptions {
  database: Database;
  politeness: Politeness;
  userAgent: string;
  respectsRobots: boolean;
}

/** Fetches pages of articles as their sites allow it; throws the errors of a stage. */
export type FetchPage = (url: string) => Promise<EgressResponse>;

/** How long a page waits for its host before others go first. */
const PATIENCE_MS = 10_000;
const LONGEST_POSTPONE_MS = 3_600_000;
const ROBOTS_MAX_BYTES = 500 * 1_024;
const ROBOTS_KEPT_MS = 86_400_000;
const MAX_REDIRECTS = 5;
const PAGE_ACCEPT = 'text/html, application/xhtml+xml;q=0.9, */*;q=0.1';

/** Fetching that asks robots.txt and waits its turn before every hop of a redirect, and judges the answer. */
export function createFetching(options: FetchingOptions): FetchPage {
  const asked = new Map<string, Promise<RobotsRules>>();
  const headers = { 'user-agent': options.userAgent, accept: PAGE_ACCEPT };
  return async (url) => {
    const seen = new Set<string>();
    for (let address = url; ; ) {
      seen.add(address);
      await checkRobots(address, options, asked);
      const response = await request(address, { headers, maxRedirects: 0 }, options);
      if (!isRedirect(response.status)) {
        checkAnswer(response);
        return response;
      }
      address = nextAddress(address, response);
      if (seen.has(address) || seen.size > MAX_REDIRECTS) {
        throw new ParkedError(`${hostOf(url)} redirects too often.`, 'too-many-redirects');
      }
    }
  };
}

function nextAddress(address: string, { headers }: EgressResponse): string {
  try {
    return redirectTarget(parseTarget(address), headers).url.href;
  } catch (error) {
    throw stageErrorOf(error);
  }
}

/** An answer that may be another one next time. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly code: string;
  constructor(reason: string, code: string) {
    super(reason);
    this.code = code;
  }
}

/** The stable code of why there is no full text: those of feeds and egress, and those of this folder. */
export function failureCodeOf(error: unknown): string {
  const isKnown = error instanceof ParkedError || error instanceof AnswerError || error instanceof EgressError;
  return (isKnown ? error.code : null) ?? 'failed';
}

/** The host asked to be left alone: the article waits for minutes or days. */
export class LeftAloneError extends PostponedError {}

async function request(url: string, init: EgressInit, { politeness }: FetchingOptions): Promise<EgressResponse> {
  try {
    return await politeness.request(url, init, PATIENCE_MS);
  } catch (error) {
    throw stageErrorOf(error);
  }
}

function stageErrorOf(error: unknown): unknown {
  if (error instanceof HostBusyError) {
    const delayMs = Math.min(error.retryAfterMs, LONGEST_POSTPONE_MS);
    return error.isPenalty ? new LeftAloneError(error.message, delayMs) : new PostponedError(error.message, delayMs);
  }
  if (error instanceof EgressError && FINAL.has(error.code)) return new ParkedError(error.message, error.code);
  if (error instanceof EgressError && error.code === 'proxy-failed') return new OutageError(error.message);
  return error;
}

/** Trying again would end the same way. */
const FINAL: ReadonlySet<EgressErrorCode> = new Set([
  'egress-refused-address',
  'egress-refused-scheme',
  'egress-refused-port',
  'egress-invalid-url',
  'body-too-large',
  'too-many-redirects',
  'redirect-invalid',
]);
const FINAL_STATUSES = new Set([401, 402, 403, 404, 405, 406, 410, 451]);

function checkAnswer(response: EgressResponse): void {
  const { status } = response;
  if (status === 200 || status === 203) {
    checkType(response.headers.get('content-type'));
    return;
  }
  const error = httpError(status, new URL(response.url).hostname, response.headers.get('retry-after'), Date.now());
  if (error.penaltySeconds !== undefined) {
    const delayMs = Math.max(60_000, error.penaltySeconds * 1_000);
    throw new LeftAloneError(error.message, Math.min(delayMs, LONGEST_POSTPONE_MS));
  }
  if (FINAL_STATUSES.has(status)) throw new ParkedError(error.message, error.code);
  throw new AnswerError(error.message, error.code);
}

function checkType(contentType: string | null): void {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type === '' || /^(text\/(html|plain|xml)|application\/(xhtml\+xml|xml|octet-stream))$/.test(type)) return;
  throw new ParkedError(`The address leads to a file (${type}), not to a page.`, 'not-a-page');
}

/** Articles of one host that come together ask for its robots.txt once. */
async function checkRobots(
  url: string,
  options: FetchingOptions,
  asked: Map<string, Promise<RobotsRules>>,
): Promise<void> {
  if (!options.respectsRobots) return;
  const host = hostOf(url);
  const asking = asked.get(host) ?? robotsOf(url, options).finally(() => asked.delete(host));
  asked.set(host, asking);
  if (isAllowed(await asking, url)) return;
  throw new ParkedError(`${host} asks programs in its robots.txt not to fetch this page.`, 'refused-by-robots');
}

/** The rules of a host, at most a day old. A site without a robots.txt allows all; one that fails is asked again later. */
async function robotsOf(url: string, options: FetchingOptions): Promise<RobotsRules> {
  const { database, userAgent } = options;
  const host = hostOf(url);
  const known = await loadRobots(database, host);
  if (known && Date.now() - known.fetchedAt.getTime() < ROBOTS_KEPT_MS) return parseRobots(known.text);
  const address = new URL('/robots.txt', url).href;
  const response = await fetchRobots(address, userAgent, options);
  if (response && response.status >= 500)
    throw new AnswerError(`${host} could not say whether programs may fetch this page.`, 'robots-unreadable');
  const text = response?.status === 200 ? response.text().slice(0, ROBOTS_MAX_BYTES).replaceAll('\0', '') : '';
  await saveRobots(database, host, text);
  return parseRobots(text);
}

/** Null where the file is one that nobody can read, which says nothing. */
async function fetchRobots(
  address: string,
  userAgent: string,
  options: FetchingOptions,
): Promise<EgressResponse | null> {
  try {
    return await request(address, { headers: { 'user-agent': userAgent } }, options);
  } catch (error) {
    if (error instanceof ParkedError) return null;
    throw error;
  }
}
