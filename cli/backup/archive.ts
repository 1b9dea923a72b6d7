import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { type ByteReader, createByteReader } from './byte-reader.ts';
import { BACKUP_SIGNATURE, BackupError, damaged, isEncrypted, sealed, unsealed } from './encryption.ts';
import { type Manifest, manifestSchema } from './manifest.ts';

/** What follows each other in a backup: the start of a part, its bytes, …, and at the end the manifest. */
export type ArchiveRecord =
  | { kind: 'part'; name: string }
  | { kind: 'data'; bytes: Buffer }
  | { kind: 'manifest'; manifest: Manifest };

/** The name of the part that holds a table, or a file of the data folder. */
export function partName(owner: 'alt' | 'auth' | 'file', name: string): string {
  return `${owner}/${name}`;
}

/**
 * Writes a backup: under another name first, so that a file with this name is always a whole backup, readable by its
 * owner alone. Returns its size in bytes. Throws BackupError where the name belongs to something else.
 */
export async function writeArchive(
  file: string,
  records: AsyncIterable<ArchiveRecord>,
  password: string | null,
): Promise<number> {
  await refuseForeignFile(file);
  const beside = `${file}.partial-${process.pid}`;
  try {
    const target = createWriteStream(beside, { mode: 0o600, flags: 'w', flush: true });
    await pipeline(
      Readable.from(encoded(records)),
      // Level 3 keeps up with COPY; the checksum is the seal's work.
      createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
      (compressed: AsyncIterable<Buffer>) => sealed(compressed, password),
      target,
    );
    await rename(beside, file);
    return target.bytesWritten;
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Reads a backup from its beginning to its end; every byte is checked by then. Throws BackupError. */
export async function* readArchive(
  file: string,
  password: string | null,
  onRead: (bytes: number) => void = () => {},
): AsyncGenerator<ArchiveRecord> {
  const decompress = createZstdDecompress();
  const reading = pipeline(
    createReadStream(file),
    (bytes: AsyncIterable<Buffer>) => unsealed(counted(bytes, onRead), password),
    decompress,
  );
  reading.catch(() => {}); // it destroys `decompress` with the error, which the loop below meets
  try {
    const reader = createByteReader(decompress);
    for (;;) {
      const record = await decodeRecord(reader);
      if (record.kind === 'manifest' && (await reader.read(1)).length > 0) throw damaged('something follows its end');
      if (record.kind === 'manifest') await reading;
      yield record;
      if (record.kind === 'manifest') return;
    }
  } catch (error) {
    throw asBackupError(error, file);
  } finally {
    decompress.destroy();
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onRead(chunk.length);
    yield chunk;
  }
}

/** Reads the whole backup and compares every part with the manifest; changes nothing. Throws BackupError. */
export async function verifyArchive(
  file: string,
  password: string | null,
  onRead?: (bytes: number) => void,
): Promise<Manifest> {
  const found: FoundPart[] = [];
  let meter: PartMeter | null = null;
  for await (const record of readArchive(file, password, onRead)) {
    if (record.kind === 'data') {
      if (meter === null) throw damaged('bytes belong to no part');
      meter.add(record.bytes);
      continue;
    }
    if (meter) found.push(meter.end());
    meter = record.kind === 'part' ? createPartMeter(record.name) : null;
    if (record.kind === 'manifest') {
      compare(found, expectedParts(record.manifest));
      return record.manifest;
    }
  }
  throw damaged('it ends too early');
}

/** Whether a file is a backup that asks for a password. Throws BackupError if it is none. */
export async function needsPassword(file: string): Promise<boolean> {
  try {
    return await isEncrypted(createReadStream(file, { end: 4095 }));
  } catch (error) {
    throw asBackupError(error, file);
  }
}

export interface FoundPart {
  name: string;
  bytes: number;
  sha256: string;
  /** Line breaks: the rows of COPY's text format, which escapes all others. */
  rows: number;
}

export interface PartMeter {
  add(bytes: Buffer): void;
  /** So far. */
  rows(): number;
  end(): FoundPart;
}

/** Counts and hashes a part as its bytes go by. */
export function createPartMeter(name: string): PartMeter {
  const hash = createHash('sha256');
  let bytes = 0;
  let rows = 0;
  return {
    add(chunk) {
      hash.update(chunk);
      bytes += chunk.length;
      for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) rows += 1;
    },
    rows: () => rows,
    end: () => ({ name, bytes, rows, sha256: hash.digest('hex') }),
  };
}

/** The parts that a manifest promises, in order. The line breaks of a file are not counted. */
export function expectedParts({ databases, files }: Manifest): (Omit<FoundPart, 'rows'> & { rows: number | null })[] {
  return [
    ...(['alt', 'auth'] as const).flatMap((database) =>
      databases[database].tables.map(({ name, bytes, rows, sha256 }) => ({
        name: partName(database, name),
        bytes,
        rows,
        sha256,
      })),
    ),
    ...files.map(({ name, bytes, sha256 }) => ({ name: partName('file', name), bytes, rows: null, sha256 })),
  ];
}

function compare(found: FoundPart[], expected: ReturnType<typeof expectedParts>): void {
  if (found.length !== expected.length) throw damaged('its list of contents does not fit what it holds');
  for (const [index, part] of expected.entries()) {
    const present = found[index];
    const isEqual =
      present?.name === part.name &&
      present.sha256 === part.sha256 &&
      present.bytes === part.bytes &&
      (part.rows === null || present.rows === part.rows);
    if (!isEqual) throw damaged(`${part.name} does not fit its hash`);
  }
}

const KINDS = { part: 1, data: 2, manifest: 3 } as const;
const RECORD_BYTES_MAXIMUM = 32 * 1024 * 1024;

/** A record is its kind (one byte), the length of its body (four bytes) and the body: JSON, or the bytes themselves. */
async function* encoded(records: AsyncIterable<ArchiveRecord>): AsyncGenerator<Buffer> {
  for await (const record of records) {
    const body = record.kind === 'data' ? record.bytes : Buffer.from(JSON.stringify(bodyOf(record)));
    const start = Buffer.alloc(5);
    start[0] = KINDS[record.kind];
    start.writeUInt32BE(body.length, 1);
    yield start;
    yield body;
  }
}

function bodyOf(record: Exclude<ArchiveRecord, { kind: 'data' }>): unknown {
  return record.kind === 'part' ? { name: record.name } : record.manifest;
}

async function decodeRecord(reader: ByteReader): Promise<ArchiveRecord> {
  const start = await reader.read(5);
  if (start.length < 5) throw damaged('it ends too early');
  const length = start.readUInt32BE(1);
  if (length > RECORD_BYTES_MAXIMUM) throw damaged('a record has an impossible length');
  const body = await reader.read(length);
  if (body.length < length) throw damaged('it ends too early');
  if (start[0] === KINDS.data) return { kind: 'data', bytes: body };
  if (start[0] === KINDS.part) return { kind: 'part', name: String(JSON.parse(body.toString()).name) };
  if (start[0] !== KINDS.manifest) throw damaged('it holds an unknown kind of record');
  const manifest = manifestSchema.safeParse(JSON.parse(body.toString()));
  if (!manifest.success) throw damaged('its list of contents cannot be read');
  return { kind: 'manifest', manifest: manifest.data };
}

async function refuseForeignFile(file: string): Promise<void> {
  const handle = await open(file).catch(() => null);
  if (handle === null) return;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(BACKUP_SIGNATURE.length));
    if (bytesRead > 0 && buffer.toString('latin1') !== BACKUP_SIGNATURE) {
      throw new BackupError(`${file} exists and is no backup of Alt. Choose another name.`);
    }
  } finally {
    await handle.close();
  }
}

function asBackupError(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || error instanceof BackupError) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return new BackupError(`There is no file ${file}.`);
  if (code === 'EACCES' || code === 'EISDIR') return new BackupError(`${file} cannot be read (${code}).`);
  if (code.startsWith('ZSTD') || error instanceof SyntaxError) return damaged('its contents cannot be read');
  return error;
}
