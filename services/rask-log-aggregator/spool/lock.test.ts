import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { line, startTestAggregator } from '../testing.ts';
import { openSpool } from './spool.ts';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'alt-spool-lock-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

const opened = () => openSpool({ folder, maximumBytes: 1_000_000, log: { warn: () => {} } });

/** Another process that has opened the spool. */
async function openElsewhere(): Promise<ChildProcess> {
  const code = `
    const { openSpool } = await import(${JSON.stringify(new URL('./spool.ts', import.meta.url).href)});
    const spool = await openSpool({ folder: ${JSON.stringify(folder)}, maximumBytes: 1_000_000, log: console });
    await spool.append([Buffer.from('kept by the other')]);
    process.stdout.write('open');
    setInterval(() => {}, 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await Promise.race([
    once(child.stdout as NodeJS.ReadableStream, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('The other process ended.'))),
  ]);
  return child;
}

test('a folder that another process uses is refused with a code and what to do, and is free when that one is killed', async () => {
  const other = await openElsewhere();
  const refused = await opened().catch((error: unknown) => error);
  expect(refused).toMatchObject({ name: 'SpoolInUseError', code: 'spool-in-use' });
  expect(String(refused)).toContain(folder);
  expect(String(refused)).toContain(`process ${other.pid}`);
  expect(String(refused)).toContain('RASK_SPOOL_DIR');
  const exited = once(other, 'exit');
  other.kill('SIGKILL');
  await exited;
  const spool = await opened();
  const { records } = await spool.read(spool.first(), { bytes: 1_000, lines: 1_000 });
  expect(records.map(String)).toEqual(['kept by the other']);
  await spool.close();
});

test('what a killed process wrote about itself keeps nobody out, even if its number is somebody else now', async () => {
  await (await opened()).close();
  // In a container every process has the same number, the next one too.
  const holder = JSON.stringify({ pid: process.pid, startedAt: new Date() });
  await writeFile(path.join(folder, 'instance.json'), holder);
  const spool = await opened();
  await expect(opened()).rejects.toMatchObject({ code: 'spool-in-use' });
  await spool.close();
  await (await opened()).close();
});

test('a second aggregator on the folder of the first does not start, and takes nothing from it', async () => {
  const first = await startTestAggregator('postgres');
  try {
    const second = startTestAggregator('postgres', { RASK_SPOOL_DIR: first.folder });
    await expect(second).rejects.toMatchObject({ code: 'spool-in-use' });
    await first.send([line('still here')]);
    expect(await first.untilStored(1)).toHaveLength(1);
  } finally {
    await first.stop();
  }
});
