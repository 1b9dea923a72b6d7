import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createThreads, ThreadError } from './threads.ts';

const LIMIT_MS = 1_500;
let folder: string;
let filename: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'alt-threads-'));
  filename = path.join(folder, 'thread.mjs');
  const wait = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, task.milliseconds)';
  await writeFile(filename, `export function work(task) { ${wait}; return task.milliseconds; }`);
});
afterAll(() => rm(folder, { recursive: true }));

test('the time of a task begins when a thread is free for it, however long others take before it', async () => {
  const threads = createThreads({ filename: pathToFileURL(filename).href, threads: 1 });
  const work = () => threads.run<number>('work', { milliseconds: 500 }, { timeoutMs: LIMIT_MS });
  expect(await Promise.all(Array.from({ length: 5 }, work))).toEqual([500, 500, 500, 500, 500]);
  await threads.stop();
});

test('a task that takes longer than it may is ended and said to be too much, and the next one is done', async () => {
  const threads = createThreads({ filename: pathToFileURL(filename).href, threads: 1 });
  const endless = threads.run('work', { milliseconds: 60_000 }, { timeoutMs: LIMIT_MS });
  const next = threads.run('work', { milliseconds: 1 }, { timeoutMs: LIMIT_MS });
  await expect(endless).rejects.toBeInstanceOf(ThreadError);
  expect(await next).toBe(1);
  await threads.stop();
});
