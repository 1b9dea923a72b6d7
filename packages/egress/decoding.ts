import type { Transform } from 'node:stream';
import zlib from 'node:zlib';
import { EgressError } from './errors.ts';

/** Takes a body chunk by chunk and holds at most `maxBytes` of it decoded. */
export interface BodyReader {
  /** False asks the sender to pause until `onDrain`. */
  write(chunk: Uint8Array): boolean;
  end(): void;
  /** Frees the decoders; nothing is reported afterwards. */
  discard(): void;
}

export interface BodyReaderOptions {
  host: string;
  contentEncoding: string;
  maxBytes: number;
  /** Each decoded piece, as it comes. */
  onPiece?: (piece: Uint8Array) => void;
  onDone(bytes: Uint8Array): void;
  /** `body-too-large` or `bad-encoding`. */
  onError(error: EgressError): void;
  onDrain(): void;
}

const MAX_STACKED_ENCODINGS = 2;
// The window that every zstd decoder must support (RFC 8878, 3.1.1.1.2); the library's default lets a frame ask for 128 MiB.
const ZSTD_WINDOW_LOG = 23;
const SNIFFED_BYTES = 4;

/**
 * A reader for one response body: gzip, br, zstd, deflate (with and without zlib's wrapper), two of them stacked.
 * A body that is plainly text although an encoding is declared is taken as it is. Throws EgressError `bad-encoding`
 * for an encoding it does not know.
 */
export function createBodyReader(options: BodyReaderOptions): BodyReader {
  const encodings = parseEncodings(options.contentEncoding, options.host);
  const collector = createCollector(options);
  return encodings.length === 0 ? collector : createDecodingReader(encodings, collector, options);
}

/** In the order in which they must be undone. Charsets and other words that servers misplace here mean nothing. */
function parseEncodings(header: string, host: string): string[] {
  const encodings = header
    .toLowerCase()
    .split(',')
    .map((token) => token.trim().replace(/^x-/, ''))
    .filter((token) => token !== '' && !/^(identity|none|binary|[78]bit|utf-?8|iso-8859-\d+|windows-\d+)$/.test(token))
    .reverse();
  const isKnown = encodings.every((token) => ['gzip', 'br', 'zstd', 'deflate'].includes(token));
  if (!isKnown || encodings.length > MAX_STACKED_ENCODINGS) {
    throw new EgressError('bad-encoding', host, { cause: new Error(`content-encoding: ${header.slice(0, 100)}`) });
  }
  return encodings;
}

/** Gathers plain chunks; the result has an ArrayBuffer of its own, so that it can be handed to a worker. */
function createCollector({ host, maxBytes, onPiece, onDone, onError }: BodyReaderOptions): BodyReader {
  let chunks: Uint8Array[] = [];
  let length = 0;
  return {
    write: (chunk) => {
      length += chunk.length;
      if (length > maxBytes) {
        chunks = [];
        onError(new EgressError('body-too-large', host));
        return true;
      }
      chunks.push(chunk);
      onPiece?.(chunk);
      return true;
    },
    end: () => {
      const bytes = new Uint8Array(length);
      let offset = 0;
      for (const chunk of chunks) {
        bytes.set(chunk, offset);
        offset += chunk.length;
      }
      chunks = [];
      onDone(bytes);
    },
    discard: () => {
      chunks = [];
    },
  };
}

function createDecodingReader(encodings: string[], collector: BodyReader, options: BodyReaderOptions): BodyReader {
  let beginning = Buffer.alloc(0);
  let isPlain = false;
  let decoders: Transform[] = [];
  let isOver = false;

  const discard = (): void => {
    isOver = true;
    for (const decoder of decoders) decoder.destroy();
    collector.discard();
  };
  const fail = (cause: unknown): void => {
    if (isOver) return;
    discard();
    options.onError(new EgressError('bad-encoding', options.host, { cause }));
  };
  /** Decides by the first bytes how the body is really encoded, and lets them in. */
  const begin = (): boolean => {
    isPlain = looksLikeText(beginning) || (encodings[0] === 'gzip' && !isGzip(beginning));
    if (isPlain) return collector.write(beginning);
    decoders = encodings.map((encoding, index) => createDecoder(encoding, index === 0 ? beginning : undefined));
    connectDecoders(decoders, { collector, fail, isOver: () => isOver, onDrain: options.onDrain });
    return decoders[0]?.write(beginning) ?? true;
  };

  return {
    write: (chunk) => {
      if (isOver) return true;
      if (isPlain) return collector.write(chunk);
      if (decoders[0]) return decoders[0].write(chunk);
      beginning = Buffer.concat([beginning, chunk]);
      return beginning.length < SNIFFED_BYTES || begin();
    },
    end: () => {
      if (isOver) return;
      if (!isPlain && decoders.length === 0 && beginning.length > 0) begin();
      if (decoders[0]) decoders[0].end();
      else collector.end();
    },
    discard,
  };
}

function connectDecoders(
  decoders: Transform[],
  sink: { collector: BodyReader; fail(cause: unknown): void; isOver(): boolean; onDrain(): void },
): void {
  const [first, second] = decoders;
  for (const decoder of decoders) decoder.on('error', sink.fail);
  first?.on('drain', sink.onDrain);
  if (first && second) first.pipe(second);
  const last = second ?? first;
  last?.on('data', (chunk: Buffer) => {
    if (!sink.isOver()) sink.collector.write(chunk);
  });
  last?.on('end', () => {
    if (!sink.isOver()) sink.collector.end();
  });
}

function createDecoder(encoding: string, beginning: Buffer | undefined): Transform {
  switch (encoding) {
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      return zlib.createZstdDecompress({ params: { [zlib.constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } });
    case 'deflate':
      return beginning === undefined || hasZlibHeader(beginning) ? zlib.createInflate() : zlib.createInflateRaw();
    default:
      return zlib.createGunzip();
  }
}

function isGzip(beginning: Buffer): boolean {
  return beginning[0] === 0x1f && beginning[1] === 0x8b;
}

/** RFC 1950, 2.2: method 8 in the low bits, and the first two bytes are a multiple of 31. */
function hasZlibHeader(beginning: Buffer): boolean {
  return beginning.length >= 2 && ((beginning[0] ?? 0) & 0x0f) === 8 && beginning.readUInt16BE(0) % 31 === 0;
}

/** Markup or JSON in ASCII, perhaps after a byte order mark or blanks: no compressed stream begins like this. */
function looksLikeText(beginning: Buffer): boolean {
  return /^(\xef\xbb\xbf.|\s*<[?!/a-z][\w!?:-]|\s{0,2}[{[]\s*["[{\s])/i.test(beginning.toString('latin1'));
}
