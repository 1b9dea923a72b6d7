import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface Reply {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
  /** Sent as Last-Modified, to the second. */
  modifiedAt?: Date;
}

export function content(contentType: string, body: string | Uint8Array, modifiedAt?: Date): Reply {
  return {
    status: 200,
    headers: { 'content-type': contentType },
    body: typeof body === 'string' ? Buffer.from(body) : body,
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
  };
}

export function notice(status: number, sentence: string, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: Buffer.from(sentence) };
}

export function movedTo(location: string): Reply {
  return notice(301, `Moved to ${location}`, { location });
}

/** Writes the reply with validators; answers 304 (RFC 9110, 13) and single byte ranges (RFC 9110, 14) where they are asked. */
export function sendReply(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const { status, headers, body } = reply.status === 200 ? conditional(request, reply) : reply;
  const length = status === 304 ? {} : { 'content-length': body.length };
  response.writeHead(status, { ...headers, ...length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function conditional(request: IncomingMessage, reply: Reply): Reply {
  const etag = `"${createHash('sha256').update(reply.body).digest('base64url').slice(0, 22)}"`;
  const validators = {
    etag,
    'cache-control': 'no-cache',
    ...(reply.modifiedAt === undefined ? {} : { 'last-modified': reply.modifiedAt.toUTCString() }),
  };
  if (isUnchanged(request, etag, reply.modifiedAt)) {
    return { status: 304, headers: validators, body: new Uint8Array() };
  }
  const headers = { ...reply.headers, ...validators, 'accept-ranges': 'bytes' };
  const range = requestedRange(request, reply.body.length);
  if (range === null) return { status: 200, headers, body: reply.body };
  const contentRange = `bytes ${range.first}-${range.last}/${reply.body.length}`;
  const part = reply.body.subarray(range.first, range.last + 1);
  return { status: 206, headers: { ...headers, 'content-range': contentRange }, body: part };
}

/** If-None-Match decides where it is given; otherwise If-Modified-Since. */
function isUnchanged(request: IncomingMessage, etag: string, modifiedAt: Date | undefined): boolean {
  const tags = request.headers['if-none-match'];
  if (tags !== undefined) {
    return tags.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
  }
  const since = Date.parse(request.headers['if-modified-since'] ?? '');
  return modifiedAt !== undefined && Math.floor(modifiedAt.getTime() / 1_000) * 1_000 <= since;
}

function requestedRange(request: IncomingMessage, length: number): { first: number; last: number } | null {
  const match = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (match === null) return null;
  const first = Number(match[1]);
  const last = match[2] === '' ? length - 1 : Math.min(Number(match[2]), length - 1);
  return first <= last ? { first, last } : null;
}
