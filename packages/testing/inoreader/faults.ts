import type { ServerResponse } from 'node:http';
import type { ReaderReply } from './answers.ts';

/**
 * What can go wrong with one answer: a status instead of it (`too-many` with the headers of the quota and Retry-After,
 * `too-many-bare` without any; `error` 503; `unauthorised` 401); the answer itself, spoilt (`cut` in the middle, `html` a
 * page of a proxy, `empty-list` without what its list had, `doubled` each item twice, `slow`); `lost`: done, and the
 * connection breaks before the answer.
 */
export type ReaderFault =
  | 'too-many'
  | 'too-many-bare'
  | 'error'
  | 'unauthorised'
  | 'cut'
  | 'html'
  | 'empty-list'
  | 'doubled'
  | 'slow'
  | 'lost';

/** Faults that come instead of the work: nothing is done. */
const REFUSALS: Partial<Record<ReaderFault, { status: number; body: string; headers?: Record<string, string> }>> = {
  'too-many': { status: 429, body: 'Daily request limit reached!', headers: { 'Retry-After': '60' } },
  'too-many-bare': { status: 429, body: 'Daily request limit reached!' },
  error: { status: 503, body: 'Service temporarily unavailable' },
  unauthorised: { status: 401, body: 'Unauthorized' },
};

export function refusalOf(fault: ReaderFault | null) {
  return fault === null ? undefined : REFUSALS[fault];
}

const SLOW_MS = 300;

/** Sends an answer, spoilt as ordered. */
export async function sendSpoilt(
  response: ServerResponse,
  reply: ReaderReply,
  headers: Record<string, string>,
  fault: ReaderFault | null,
): Promise<void> {
  if (fault === 'lost') return void response.destroy();
  if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  const isPage = fault === 'html';
  const body = isPage ? '<!doctype html><title>Sign in</title><p>Please sign in to the network.' : spoil(reply, fault);
  const bytes = Buffer.from(body);
  const type = isPage ? 'text/html; charset=utf-8' : reply.type;
  response.writeHead(reply.status, { ...headers, 'content-type': type, 'content-length': bytes.byteLength });
  if (fault !== 'cut') return void response.end(bytes);
  response.write(bytes.subarray(0, Math.ceil(bytes.byteLength / 2)));
  // What was written must have left before the connection breaks.
  setTimeout(() => response.destroy(), 20);
}

const LISTS = ['subscriptions', 'itemRefs', 'items', 'tags'];

function spoil({ body, type }: ReaderReply, fault: ReaderFault | null): string {
  if ((fault !== 'empty-list' && fault !== 'doubled') || !type.includes('json')) return body;
  const answer = JSON.parse(body) as Record<string, unknown>;
  for (const name of LISTS) {
    const list = answer[name];
    if (!Array.isArray(list)) continue;
    answer[name] = fault === 'empty-list' ? [] : list.flatMap((element: unknown) => [element, element]);
  }
  if (fault === 'empty-list') delete answer.continuation;
  return JSON.stringify(answer);
}
