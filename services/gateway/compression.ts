import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { publicOrigin } from '@alt/topology';

const { level: LEVEL, minimumBytes: WORTHWHILE_BYTES } = publicOrigin.compression;
/** Up to this an answer is compressed in one go, which is faster and keeps its length; a larger one as it comes. */
const WHOLE_BYTES = 512 * 1024;

/** Text that is read when all of it is there. Events are read as they come and must not wait in a compressor. */
const COMPRESSIBLE =
  /^(?:text\/(?!event-stream\b)|image\/svg\+xml\b|application\/(?:[\w.-]+\+)?(?:json|xml)\b|application\/javascript\b)/i;

const gzipWhole = promisify(gzip);

/**
 * The answer, compressed where that is worth it: text of more than 1 kB that is not compressed yet, for a client that takes
 * gzip. Every answer that could have been says so by `Vary` (RFC 9110, 12.5.5).
 */
export async function compressed(response: Response, request: Request): Promise<Response> {
  const { body, headers, status } = response;
  if (!COMPRESSIBLE.test(headers.get('content-type') ?? '')) return response;
  if (/\bno-transform\b/.test(headers.get('cache-control') ?? '')) return response;
  if (!/\baccept-encoding\b/i.test(headers.get('vary') ?? '')) headers.append('vary', 'accept-encoding');
  const length = headers.get('content-length');
  const isSmall = length !== null && Number(length) < WORTHWHILE_BYTES;
  if (!body || request.method === 'HEAD' || isSmall || headers.has('content-encoding') || !takesGzip(request)) {
    return response;
  }
  const start = await readStart(body);
  const isWhole = start.rest === null;
  if (isWhole && start.bytes.length < WORTHWHILE_BYTES) return new Response(start.bytes, { status, headers });
  headers.delete('content-length');
  headers.set('content-encoding', 'gzip');
  // Another representation, of which the service knows only that it means the same (RFC 9110, 8.8.3).
  const etag = headers.get('etag');
  if (etag?.startsWith('"')) headers.set('etag', `W/${etag}`);
  if (isWhole)
    return new Response(Uint8Array.from(await gzipWhole(start.bytes, { level: LEVEL })), { status, headers });
  return new Response(joined(start).pipeThrough(new CompressionStream('gzip')), { status, headers });
}

function takesGzip(request: Request): boolean {
  const accepted = (request.headers.get('accept-encoding') ?? '').toLowerCase().split(',');
  const named = accepted.map((part) => part.trim()).find((part) => /^(?:gzip|x-gzip)(?:$|\s*;)/.test(part));
  return named !== undefined && !/;\s*q=0(?:\.0*)?$/.test(named);
}

interface BodyStart {
  bytes: Uint8Array<ArrayBuffer>;
  /** What follows; null if that was all. */
  rest: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | null;
}

async function readStart(body: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<BodyStart> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size < WHOLE_BYTES) {
    const { done, value } = await reader.read();
    if (done) return { bytes: Uint8Array.from(Buffer.concat(chunks)), rest: null };
    chunks.push(value);
    size += value.length;
  }
  return { bytes: Uint8Array.from(Buffer.concat(chunks)), rest: reader };
}

function joined({ bytes, rest }: BodyStart): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(bytes),
    async pull(controller) {
      const next = await rest?.read();
      if (!next || next.done) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: (reason) => rest?.cancel(reason),
  });
}
