import type { Readable } from 'node:stream';
import { Readable as NodeReadable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { Problem } from '@alt/contracts';

/** How much of requests may be in memory at once: each counts what it holds, until it is answered. */
export interface Room {
  /** Throws `unavailable` where there is none. */
  take(bytes: number): void;
  give(bytes: number): void;
}

export interface BodyLimits {
  /** Bytes as they come over the wire. */
  maximumBytes: number;
  /** Bytes after gzip or zstd. */
  maximumDecodedBytes: number;
}

export function createRoom(maximumBytes: number): Room {
  let taken = 0;
  return {
    take(bytes) {
      if (taken + bytes > maximumBytes) {
        throw new Problem('unavailable', 'Too many lines arrive at once. Send this again in a moment.');
      }
      taken += bytes;
    },
    give(bytes) {
      taken -= bytes;
    },
  };
}

/** The bytes of a body, decoded, as they come. Throws a Problem for an encoding that is unknown or broken, and for too much. */
export async function* readBody(request: Request, limits: BodyLimits): AsyncGenerator<Buffer> {
  if (!request.body) return;
  const raw = counted(request.body, limits.maximumBytes);
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return yield* raw;
  yield* decoded(raw, encoding, limits.maximumDecodedBytes);
}

async function* counted(body: ReadableStream<Uint8Array>, maximumBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body as WebStream<Uint8Array>) {
    size += chunk.byteLength;
    if (size > maximumBytes) throw tooLarge(maximumBytes);
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

async function* decoded(raw: AsyncGenerator<Buffer>, encoding: string, maximumBytes: number): AsyncGenerator<Buffer> {
  const decoder: Readable & NodeJS.WritableStream = decoderOf(encoding);
  const source = NodeReadable.from(raw, { objectMode: false });
  source.on('error', (error) => decoder.destroy(error));
  source.pipe(decoder);
  let size = 0;
  try {
    for await (const chunk of decoder as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maximumBytes) throw tooLarge(maximumBytes);
      yield chunk;
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem('invalid-request', `The body is no whole ${encoding}.`, { cause: error });
  } finally {
    source.destroy();
    decoder.destroy();
  }
}

function decoderOf(encoding: string) {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip();
  if (encoding === 'zstd') return createZstdDecompress();
  throw new Problem('unsupported-media-type', 'Send the body plain, or with Content-Encoding: gzip or zstd.');
}

function tooLarge(maximumBytes: number): Problem {
  const megabytes = Math.floor(maximumBytes / 1024 / 1024);
  return new Problem('body-too-large', `A request may have at most ${megabytes} MiB. Send the lines in several.`);
}
