import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';

/** An archive that cannot be read; the message is a sentence for who brought it. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

export const ARCHIVE_VERSION = 1;
const LINE_MAXIMUM = 16 * 1024 * 1024;
const MISSHAPEN = 'The file is not an archive of Alt, or it is damaged. Export the tenant again.';

const headSchema = z.object({
  alt: z.literal('tenant-archive'),
  version: z.int().min(1),
  exportedAt: z.iso.datetime(),
  tenantId: z.uuid(),
});
const partSchema = z.object({
  name: z.string().regex(/^[a-z-]{1,50}$/),
  rows: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const manifestSchema = z.object({ parts: z.array(partSchema).max(50), remarks: z.array(z.string()) });

export type ArchiveHead = z.infer<typeof headSchema>;
export type ArchiveManifest = z.infer<typeof manifestSchema>;

/** Writes an archive part by part; what comes out is to be read meanwhile, or the writing waits. */
export interface ArchiveWriter {
  output: AsyncIterable<Buffer>;
  /** Writes one part; each row is one line of JSON. */
  part(name: string, rows: AsyncIterable<string> | Iterable<string>): Promise<void>;
  /** Closes with the manifest. */
  end(): Promise<ArchiveManifest>;
  /** Gives up. */
  destroy(error: Error): void;
}

/**
 * gzip over lines of JSON. The first says what it is; then each part: `{"part"}`, its rows as `{"row"}`, and `{"end"}` with
 * their number and the SHA-256 of their lines; the last line is the manifest, which repeats all ends.
 */
export function createArchiveWriter(tenantId: string, onRows: (part: string, rows: number) => void): ArchiveWriter {
  const gzip = createGzip();
  gzip.on('error', () => {}); // whoever reads or writes meets it
  const manifest: ArchiveManifest = { parts: [], remarks: [] };
  const write = async (value: string) => {
    if (gzip.destroyed) throw gzip.errored ?? new Error('The archive was given up');
    if (!gzip.write(`${value}\n`)) await once(gzip, 'drain');
  };
  const head = { alt: 'tenant-archive', version: ARCHIVE_VERSION, exportedAt: new Date().toISOString(), tenantId };
  gzip.write(`${JSON.stringify(head)}\n`);
  return {
    output: gzip,
    async part(name, rows) {
      const hash = createHash('sha256');
      let count = 0;
      await write(JSON.stringify({ part: name }));
      for await (const row of rows) {
        hash.update(row).update('\n');
        count += 1;
        await write(`{"row":${row}}`);
        onRows(name, count);
      }
      const end = { name, rows: count, sha256: hash.digest('hex') };
      manifest.parts.push(end);
      await write(JSON.stringify({ end }));
    },
    async end() {
      await write(JSON.stringify({ manifest }));
      gzip.end();
      return manifest;
    },
    destroy: (error) => void gzip.destroy(error),
  };
}

export type ArchiveRecord =
  | { kind: 'head'; head: ArchiveHead }
  | { kind: 'row'; part: string; row: string }
  | { kind: 'manifest'; manifest: ArchiveManifest };

/**
 * Reads an archive from its beginning to its end, each part compared with what its end and the manifest say. `maximumBytes`
 * bounds what comes out of the compression. Throws ArchiveError.
 */
export async function* readArchive(
  bytes: AsyncIterable<Uint8Array>,
  maximumBytes: number,
): AsyncGenerator<ArchiveRecord> {
  const meter = createMeter();
  let isHeadRead = false;
  let manifest: ArchiveManifest | null = null;
  for await (const line of linesOf(unzipped(bytes), maximumBytes)) {
    if (manifest) throw new ArchiveError(MISSHAPEN);
    if (!isHeadRead) {
      isHeadRead = true;
      yield { kind: 'head', head: parseHead(line) };
    } else if (line.startsWith('{"row":')) {
      const row = line.slice('{"row":'.length, -1);
      yield { kind: 'row', part: meter.add(row), row };
    } else {
      manifest = meter.control(line);
    }
  }
  if (!manifest) throw new ArchiveError('The archive ends too early. Upload it again, or export the tenant again.');
  yield { kind: 'manifest', manifest };
}

/** Keeps to the order of parts, and compares their rows with their ends. */
function createMeter() {
  const found: ArchiveManifest['parts'] = [];
  let open: { name: string; rows: number; hash: ReturnType<typeof createHash> } | null = null;
  return {
    add(row: string): string {
      if (!open) throw new ArchiveError(MISSHAPEN);
      open.hash.update(row).update('\n');
      open.rows += 1;
      return open.name;
    },
    /** Answers the manifest at its line, else null. */
    control(line: string): ArchiveManifest | null {
      const value = parse(z.looseObject({}), line);
      if ('part' in value && !open && typeof value.part === 'string') {
        open = { name: value.part, rows: 0, hash: createHash('sha256') };
        return null;
      }
      if ('end' in value && open) {
        const { name, rows, hash } = open;
        const end = { name, rows, sha256: hash.digest('hex') };
        open = null;
        found.push(end);
        if (!isSame(partSchema.safeParse(value.end).data, end)) throw changed(name);
        return null;
      }
      const manifest = manifestSchema.safeParse('manifest' in value ? value.manifest : null).data;
      if (!manifest || open) throw new ArchiveError(MISSHAPEN);
      if (!isSame(manifest.parts, found)) throw changed('manifest');
      return manifest;
    },
  };
}

function changed(part: string): ArchiveError {
  return new ArchiveError(`The archive was changed or damaged (${part}). Export the tenant again.`);
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function parseHead(line: string): ArchiveHead {
  const head = parse(headSchema, line);
  if (head.version > ARCHIVE_VERSION) {
    throw new ArchiveError('The archive is of a newer Alt than this one. Update this Alt first.');
  }
  return head;
}

/** A line as a typed value. Throws ArchiveError. */
export function parse<Schema extends z.ZodType>(schema: Schema, line: string): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(line));
  } catch (cause) {
    throw new ArchiveError(MISSHAPEN, { cause });
  }
}

async function* unzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  const source = Readable.from(bytes);
  // What fails in the source is no fault of the archive, and stays what it is.
  let failure: Error | null = null;
  source.on('error', (error) => {
    failure = error;
    gunzip.destroy(error);
  });
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    throw failure ?? new ArchiveError(MISSHAPEN, { cause: error });
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

/** The lines of a text in UTF-8, each of at most 16 MiB, all of at most `maximumBytes`. Throws ArchiveError. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, maximumBytes: number): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    if (total > maximumBytes) throw new ArchiveError('The archive holds more than may be imported here.');
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      const line = Buffer.concat([...rest, chunk.subarray(from, at)]).toString('utf8');
      [rest, restBytes, from] = [[], 0, at + 1];
      if (line !== '') yield line;
    }
    rest.push(Buffer.from(chunk.subarray(from)));
    restBytes += chunk.length - from;
    if (restBytes > LINE_MAXIMUM) throw new ArchiveError('The archive has a line that is too long.');
  }
  const last = Buffer.concat(rest).toString('utf8');
  if (last !== '') yield last;
}
