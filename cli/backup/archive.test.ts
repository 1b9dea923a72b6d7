import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTemporaryFolder } from '../testing.ts';
import {
  type ArchiveRecord,
  createPartMeter,
  needsPassword,
  readArchive,
  verifyArchive,
  writeArchive,
} from './archive.ts';
import { sealed, unsealed } from './encryption.ts';
import type { Manifest } from './manifest.ts';

let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
beforeAll(async () => {
  folder = await createTemporaryFolder();
});
afterAll(() => folder.remove());

const HASH = 'a'.repeat(64);

/** A backup of one table with these pieces, as the snapshot writes it. */
async function* records(pieces: Buffer[]): AsyncGenerator<ArchiveRecord> {
  const meter = createPartMeter('alt/things');
  yield { kind: 'part', name: 'alt/things' };
  for (const bytes of pieces) {
    meter.add(bytes);
    yield { kind: 'data', bytes };
  }
  const { rows, bytes, sha256 } = meter.end();
  const alt = {
    migrations: [{ name: '0001_a.sql', hash: HASH }],
    tables: [{ name: 'things', columns: ['a'], rows, bytes, sha256 }],
    sequences: [],
  };
  const manifest: Manifest = {
    release: '0.1.0',
    createdAt: new Date(0).toISOString(),
    databases: { alt, auth: { migrations: [], tables: [], sequences: [] } },
    files: [],
  };
  yield { kind: 'manifest', manifest };
}

let files = 0;
async function write(pieces: Buffer[], password: string | null = null): Promise<string> {
  files += 1;
  const file = path.join(folder.path, `${files}.altbackup`);
  await writeArchive(file, records(pieces), password);
  return file;
}

async function changed(file: string, change: (bytes: Buffer) => Buffer): Promise<string> {
  files += 1;
  const target = path.join(folder.path, `${files}.changed`);
  await writeFile(target, change(Buffer.from(await readFile(file))));
  return target;
}

const ROWS = [Buffer.from('1\ttwo\n2\tdeux\n'), Buffer.from('3\t\\N\n')];

describe('a backup file', () => {
  test.each([null, 'a pass phrase'])('is read back as it was written (password: %s)', async (password) => {
    const pieces = [...ROWS, randomBytes(300_000), Buffer.from('\n')];
    const file = await write(pieces, password);
    const { tables } = (await verifyArchive(file, password)).databases.alt;
    expect(tables).toMatchObject([{ name: 'things', bytes: Buffer.concat(pieces).length }]);
    const read: Buffer[] = [];
    for await (const record of readArchive(file, password)) if (record.kind === 'data') read.push(record.bytes);
    expect(Buffer.concat(read).equals(Buffer.concat(pieces))).toBe(true);
    expect(await needsPassword(file)).toBe(password !== null);
  });

  test('counts the rows of its tables', async () => {
    expect((await verifyArchive(await write(ROWS), null)).databases.alt.tables[0]?.rows).toBe(3);
  });

  test('is readable by its owner alone, and leaves nothing beside it', async () => {
    const file = await write(ROWS);
    expect((await stat(file)).mode & 0o077).toBe(0);
    await expect(stat(`${file}.partial-${process.pid}`)).rejects.toThrow('ENOENT');
  });

  test('replaces an older backup, and no other file', async () => {
    const file = await write(ROWS);
    await writeArchive(file, records([Buffer.from('9\n')]), null);
    expect((await verifyArchive(file, null)).databases.alt.tables[0]?.rows).toBe(1);
    await writeFile(`${file}.txt`, 'my novel');
    await expect(writeArchive(`${file}.txt`, records(ROWS), null)).rejects.toThrow('is no backup of Alt');
    expect(await readFile(`${file}.txt`, 'utf8')).toBe('my novel');
  });

  test('is not there if it could not be finished', async () => {
    const file = path.join(folder.path, 'unfinished');
    const failing = async function* (): AsyncGenerator<ArchiveRecord> {
      yield* records(ROWS);
      throw new Error('the database went away');
    };
    await expect(writeArchive(file, failing(), null)).rejects.toThrow('the database went away');
    await expect(stat(file)).rejects.toThrow('ENOENT');
    await expect(stat(`${file}.partial-${process.pid}`)).rejects.toThrow('ENOENT');
  });
});

describe('damage is found', () => {
  test('a flipped bit anywhere', async () => {
    const file = await write(ROWS);
    const { length } = await readFile(file);
    for (let at = 0; at < length; at += 1) {
      const bad = await changed(file, (bytes) => {
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
        return bytes;
      });
      await expect(verifyArchive(bad, null), `byte ${at}`).rejects.toThrow(/damaged|not a backup|newer Alt|password/);
    }
  });

  test('a file cut short anywhere, and one that goes on', async () => {
    const file = await write(ROWS);
    const { length } = await readFile(file);
    for (let at = 0; at < length; at += 3) {
      const bad = await changed(file, (bytes) => bytes.subarray(0, at));
      await expect(verifyArchive(bad, null), `cut at ${at}`).rejects.toThrow(/damaged|not a backup/);
    }
    const longer = await changed(file, (bytes) => Buffer.concat([bytes, Buffer.from('x')]));
    await expect(verifyArchive(longer, null)).rejects.toThrow('something follows its end');
  });

  test('in an encrypted file: bits, cuts, a wrong password, none', async () => {
    const file = await write([randomBytes(200_000)], 'right');
    const { length } = await readFile(file);
    for (const at of [30, 250, Math.floor(length / 2), length - 1]) {
      const bad = await changed(file, (bytes) => {
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        return bytes;
      });
      await expect(verifyArchive(bad, 'right'), `byte ${at}`).rejects.toThrow(/damaged|password is wrong/);
    }
    const cut = await changed(file, (bytes) => bytes.subarray(0, length - 100));
    await expect(verifyArchive(cut, 'right')).rejects.toThrow('damaged');
    await expect(verifyArchive(file, 'wrong')).rejects.toThrow('The password is wrong');
    await expect(verifyArchive(file, null)).rejects.toThrow('Give its password');
  });

  test('a manifest that does not fit', async () => {
    const lying = async function* (): AsyncGenerator<ArchiveRecord> {
      for await (const record of records(ROWS)) {
        if (record.kind === 'manifest')
          record.manifest.databases.alt.tables[0] = {
            name: 'things',
            columns: ['a'],
            rows: 4,
            bytes: 18,
            sha256: HASH,
          };
        yield record;
      }
    };
    const file = path.join(folder.path, 'lying');
    await writeArchive(file, lying(), null);
    await expect(verifyArchive(file, null)).rejects.toThrow('alt/things does not fit its hash');
  });

  test('what was never a backup', async () => {
    await expect(verifyArchive(path.join(folder.path, 'none'), null)).rejects.toThrow('There is no file');
    for (const text of ['', 'x', '{"format":"alt-backup"', '{"format":"alt-backup","version":2}\n', '{}\n']) {
      const file = path.join(folder.path, 'text');
      await writeFile(file, text);
      await expect(verifyArchive(file, null), text).rejects.toThrow(/not a backup|damaged|newer Alt/);
    }
  });
});

describe('the seal', () => {
  const collect = async (chunks: AsyncIterable<Buffer>): Promise<Buffer> => {
    const all: Buffer[] = [];
    for await (const chunk of chunks) all.push(chunk);
    return Buffer.concat(all);
  };
  async function* each(chunks: Buffer[]): AsyncGenerator<Buffer> {
    yield* chunks;
  }

  test('opens to the same bytes, however they were cut', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 200_000 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(chunks, async (given) => {
        const plain = given.map((bytes) => Buffer.from(bytes));
        const closed = await collect(sealed(each(plain), null));
        const pieces = [closed.subarray(0, 7), closed.subarray(7, 90), closed.subarray(90)];
        expect((await collect(unsealed(each(pieces), null))).equals(Buffer.concat(plain))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  test('finds parts in another order, missing or twice', async () => {
    const all: Buffer[] = [];
    for await (const chunk of sealed(each([randomBytes(200_000)]), 'secret')) all.push(chunk);
    const [line, first, second, ...rest] = all;
    if (!line || !first || !second) throw new Error('too few parts');
    for (const order of [
      [second, first, ...rest],
      [first, ...rest],
      [first, first, second, ...rest],
      [first, second],
    ]) {
      await expect(collect(unsealed(each([line, ...order]), 'secret'))).rejects.toThrow('damaged');
    }
  });
});
