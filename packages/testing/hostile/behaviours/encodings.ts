import zlib from 'node:zlib';
import type { Behaviour } from '../behaviour.ts';
import { posts, rss } from '../documents.ts';

const FEED = rss(posts(3));

/** Compressed bodies: honest, wrongly declared, damaged, and bombs. */
export const ENCODINGS: Behaviour[] = [
  encoded('encoding-gzip', 'gzip', () => zlib.gzipSync(FEED)),
  encoded('encoding-br', 'br', () => zlib.brotliCompressSync(FEED)),
  encoded('encoding-zstd', 'zstd', () => zlib.zstdCompressSync(FEED)),
  encoded('encoding-deflate', 'deflate', () => zlib.deflateSync(FEED)),
  encoded('encoding-deflate-raw', 'deflate', () => zlib.deflateRawSync(FEED)),
  encoded('gzip-of-br', 'br, gzip', () => zlib.gzipSync(zlib.brotliCompressSync(FEED))),
  encoded('gzip-in-members', 'gzip', () =>
    Buffer.concat([zlib.gzipSync(FEED.slice(0, 300)), zlib.gzipSync(FEED.slice(300))]),
  ),
  encoded('gzip-with-trailing-data', 'gzip', () => Buffer.concat([zlib.gzipSync(FEED), Buffer.from('\0\0trailing')])),
  encoded('gzip-named-x-gzip', 'x-gzip', () => zlib.gzipSync(FEED)),
  encoded('gzip-declared-but-plain', 'gzip', () => Buffer.from(FEED)),
  encoded('br-declared-but-plain', 'br', () => Buffer.from(FEED)),
  encoded('deflate-declared-but-plain', 'deflate', () => Buffer.from(FEED)),
  encoded('encoding-names-a-charset', 'UTF-8', () => Buffer.from(FEED)),
  damaged('gzip-cut', 'gzip', () => zlib.gzipSync(FEED).subarray(0, 150)),
  damaged('gzip-corrupt', 'gzip', () => corrupted(zlib.gzipSync(FEED))),
  damaged('br-corrupt', 'br', () => corrupted(zlib.brotliCompressSync(FEED))),
  damaged('encoding-unknown', 'compress', () => Buffer.from([0x1f, 0x9d, 0x90, 0x61])),
  damaged('encoding-thrice', 'gzip, gzip, gzip', () => zlib.gzipSync(zlib.gzipSync(zlib.gzipSync(FEED)))),
  bomb('bomb-gzip', 'gzip', (bytes) => zlib.gzipSync(bytes)),
  bomb('bomb-br', 'br', (bytes) => zlib.brotliCompressSync(bytes, BROTLI_FAST)),
  bomb('bomb-zstd', 'zstd', (bytes) => zlib.zstdCompressSync(bytes)),
  bomb('bomb-deflate', 'deflate', (bytes) => zlib.deflateSync(bytes)),
  bomb('bomb-deflate-raw', 'deflate', (bytes) => zlib.deflateRawSync(bytes)),
  bomb('bomb-in-a-bomb', 'gzip, gzip', (bytes) => zlib.gzipSync(zlib.gzipSync(bytes))),
];

const BROTLI_FAST = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } };

function encoded(name: string, encoding: string, makeBody: () => Uint8Array): Behaviour {
  return {
    name,
    shows: 'Three articles.',
    ends: 200,
    respond: ({ reply }) => reply({ headers: { 'content-encoding': encoding }, body: makeBody() }),
  };
}

function damaged(name: string, encoding: string, makeBody: () => Uint8Array): Behaviour {
  return {
    name,
    shows: 'The feed says that its server sent compressed data that is damaged or of an unknown kind.',
    ends: 'bad-encoding',
    respond: ({ reply }) => reply({ headers: { 'content-encoding': encoding }, body: makeBody() }),
  };
}

/** `mebibytes` sets the decoded size, 20 unless told. */
function bomb(name: string, encoding: string, compress: (bytes: Uint8Array) => Uint8Array): Behaviour {
  return {
    name,
    shows: 'The feed says that its document is larger than Alt accepts; memory never held more than the limit.',
    ends: 'body-too-large',
    respond: ({ reply, number }) =>
      reply({
        headers: { 'content-encoding': encoding },
        body: compress(Buffer.alloc(number('mebibytes', 20) * 1_048_576, ' ')),
      }),
  };
}

function corrupted(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let index = 40; index < copy.length - 4; index += 7) copy[index] = (copy[index] ?? 0) ^ 0x55;
  return copy;
}
