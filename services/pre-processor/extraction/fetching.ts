import type { Database } from '@alt/database';
import { EgressError, type EgressErrorCode, type EgressResponse } from '@alt/egress';
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
const PAGE_ACCEPT = 'text/html, application/xhtml+xml;q=0.9, */*;q=0.1';

/** Fetching that asks robots.txt first, and again where a redirect led elsewhere, and judges the answer. */
export function createFetching(options: FetchingOptions): FetchPage {
  const asked = new Map<string, Promise<RobotsRules>>();
  return async (url) => {
    await checkRobots(url, options, asked);
    const response = await request(url, { 'user-agent': options.userAgent, accept: PAGE_ACCEPT }, options);
    checkAnswer(response);
    if (response.url !== url) await checkRobots(response.url, options, asked);
    return response;
  };
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

async function request(
  url: string,
  headers: Record<string, string>,
  { politeness }: FetchingOptions,
): Promise<EgressResponse> {
  try {
    return await politeness.request(url, { headers }, PATIENCE_MS);
  } catch (error) {
    if (error instanceof HostBusyError) {
      throw new PostponedError(error.message, Math.min(error.retryAfterMs, LONGEST_POSTPONE_MS));
    }
    if (error instanceof EgressError && FINAL.has(error.code)) throw new ParkedError(error.message, error.code);
    if (error instanceof EgressError && error.code === 'proxy-failed') throw new OutageError(error.message);
    throw error;
  }
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
    throw new PostponedError(error.message, Math.min(delayMs, LONGEST_POSTPONE_MS));
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
    return await request(address, { 'user-agent': userAgent }, options);
  } catch (error) {
    if (error instanceof ParkedError) return null;
    throw error;
  }
}
