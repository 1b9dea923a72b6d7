import { appendFile, copyFile, mkdtemp, open, readdir, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSpool, type Spool } from './spool.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'alt-spool-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const opened = (more: { folder?: string; maximumBytes?: number; segmentBytes?: number } = {}) =>
  openSpool({ folder, maximumBytes: 100 * 1024 * 1024, log: { warn: () => {} }, ...more });

/** What a reader finds from the beginning on. */
async function contents(spool: Spool): Promise<string[]> {
  const found: string[] = [];
  let position = spool.first();
  for (;;) {
    const { records, next } = await spool.read(position, { bytes: 1_000, lines: 1_000 });
    if (records.length === 0) return found;
    found.push(...records.map(String));
    position = next;
  }
}

const files = async () => (await readdir(folder)).filter((name) => name.endsWith('.spool')).sort();

test('what was acknowledged is there after a start, in order, over any number of segments', async () => {
  const spool = await opened({ segmentBytes: 300 });
  const wanted = Array.from({ length: 200 }, (_, index) => `record ${index}`);
  await Promise.all(wanted.map((text) => spool.append([Buffer.from(text)])));
  await spool.append([]);
  // No close, and the folder as it is now: a process that is killed does not say so.
  const copy = await mkdtemp(path.join(tmpdir(), 'alt-spool-killed-'));
  try {
    for (const name of await files()) await copyFile(path.join(folder, name), path.join(copy, name));
    const again = await opened({ folder: copy });
    expect(await contents(again)).toEqual(wanted);
    await again.append([Buffer.from('after the start')]);
    expect(await contents(again)).toEqual([...wanted, 'after the start']);
    await Promise.all([spool.close(), again.close()]);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});

test('a torn end, wherever it was torn, costs what nobody was told was kept, and nothing else', async () => {
  const spool = await opened();
  for (let index = 0; index < 20; index += 1) await spool.append([Buffer.from(`record ${index}`.padEnd(30))]);
  await spool.close();
  const [name = ''] = await files();
  const whole = (await stat(path.join(folder, name))).size;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: whole }), fc.uint8Array({ maxLength: 40 }), async (size, junk) => {
      const copy = await mkdtemp(path.join(tmpdir(), 'alt-spool-torn-'));
      try {
        const target = path.join(copy, name);
        const source = await open(path.join(folder, name));
        await appendFile(target, await source.readFile());
        await source.close();
        await truncate(target, size);
        await appendFile(target, junk);
        const torn = await openSpool({ folder: copy, maximumBytes: 1_000_000, log: { warn: () => {} } });
        const found = await contents(torn);
        expect(found.slice(0, Math.floor(size / 38))).toEqual(
          Array.from({ length: Math.floor(size / 38) }, (_, index) => `record ${index}`.padEnd(30)),
        );
        expect(found.length).toBe(Math.floor(size / 38));
        await torn.append([Buffer.from('new')]);
        expect((await contents(torn)).at(-1)).toBe('new');
        await torn.close();
      } finally {
        await rm(copy, { recursive: true, force: true });
      }
    }),
    { numRuns: 60 },
  );
});

test('a full spool takes nothing of a request, and takes again when the store took lines', async () => {
  const spool = await opened({ maximumBytes: 200_000, segmentBytes: 70_000 });
  const record = Buffer.alloc(50_000, 'x');
  for (let index = 0; index < 3; index += 1) await spool.append([record]);
  const refused = await spool.append([record, record]).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'spool-full', status: 503, headers: { 'retry-after': expect.any(String) } });
  expect(await contents(spool)).toHaveLength(3);
  const { next } = await spool.read(spool.first(), { bytes: 150_000, lines: 1_000 });
  await spool.release(next);
  expect(spool.bytes()).toBe(0);
  expect(await files()).toEqual([]);
  await spool.append([record, record]);
  expect(await contents(spool)).toHaveLength(2);
  await spool.close();
});

test('a segment goes only when all of it was released', async () => {
  const spool = await opened({ segmentBytes: 100 });
  for (let index = 0; index < 10; index += 1) await spool.append([Buffer.alloc(90, String(index))]);
  const { next } = await spool.read(spool.first(), { bytes: 250, lines: 1_000 });
  const before = await files();
  await spool.release(next);
  expect((await files()).length).toBeLessThan(before.length);
  // The third shares its segment with the second, which was not released as a whole.
  expect((await contents(spool)).map((text) => text[0])).toEqual(['2', '3', '4', '5', '6', '7', '8', '9']);
  await spool.close();
});

test('a reader takes as many lines or bytes as it asks for, and waits until there are so many', async () => {
  const spool = await opened({ segmentBytes: 100 });
  const record = Buffer.from('a line\n'.repeat(10));
  for (let index = 0; index < 5; index += 1) await spool.append([record]);
  const none = { bytes: 1_000_000, lines: 1_000_000 };
  const some = await spool.read(spool.first(), { ...none, lines: 25 });
  expect([some.records.length, some.lines, some.bytes]).toEqual([3, 30, 210]);
  expect((await spool.read(some.next, { ...none, bytes: 71 })).lines).toBe(20);
  expect(spool.holds(some.next, { ...none, lines: 20 })).toBe(true);
  expect(spool.holds(some.next, { ...none, lines: 21 })).toBe(false);
  let isThere = false;
  const waiting = spool.until(some.next, { ...none, lines: 21 }, new AbortController().signal).then(() => {
    isThere = true;
  });
  await spool.append([Buffer.from('x')]);
  expect(isThere).toBe(false);
  await spool.append([record]);
  await waiting;
  await spool.close();
  const again = await opened();
  expect(again.holds(again.first(), { ...none, lines: 60 })).toBe(true);
  expect(again.holds(again.first(), { ...none, lines: 61 })).toBe(false);
  await again.close();
});
