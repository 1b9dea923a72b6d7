import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { startTestTokens, type TestTokens } from './testing.ts';

const run = promisify(execFile);
const isLinux = process.platform === 'linux';
/** Whether this process may mount a disk of its own. */
const canMount = isLinux && process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

let tokens: TestTokens;
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await tokens.stop();
});

const folder = () => path.join(tokens.folder, 'tokens');
const refreshes = () => tokens.provider.requests.filter(({ grant }) => grant === 'refresh_token').length;
const force = () => tokens.start('tokens', 'refresh', 'inoreader', '--force');
const vaults = async () => (await readdir(folder())).filter((name) => /\.vault\.\d+\.json$/.test(name)).sort();

/** A disk of its own for the store, of a size that a test can fill. */
async function smallDisk(): Promise<void> {
  tokens = await startTestTokens('file', { graceMs: 0 });
  await mkdir(folder());
  await run('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder()]);
  ends.push(() => run('umount', [folder()]));
  await tokens.authorize(await tokens.open());
}

/** Takes all that is left. */
async function fill(): Promise<void> {
  await run('sh', ['-c', `head -c 1000000 /dev/zero > ${folder()}/filler || true`]);
}

test.runIf(canMount)(
  'a disk that is full before the refresh spends nothing, and one with room again refreshes',
  async () => {
    await smallDisk();
    await fill();
    const { code, output } = await force().ended;
    expect(code).toBe(1);
    expect(output).toContain('The disk is full: make room');
    expect(refreshes()).toBe(0);
    expect(await tokens.isUsable()).toBe(true);
    await rm(path.join(folder(), 'filler'));
    expect((await force().ended).code).toBe(0);
    expect(await tokens.read()).toMatchObject({ generation: 2 });
    expect(await tokens.isUsable()).toBe(true);
  },
);

test.runIf(canMount)('a disk that becomes full while the provider answers has room for the answer', async () => {
  await smallDisk();
  tokens.provider.behave('hold-answer', 1);
  const running = force();
  await expect.poll(refreshes).toBe(1);
  await fill();
  tokens.provider.release();
  await expect
    .poll(async () => (await (await tokens.open()).store.load('inoreader', 'default'))?.value.generation)
    .toBe(2);
  await rm(path.join(folder(), 'filler'));
  await running.ended;
  // Readers are told no later than at the next look.
  expect((await tokens.start('run', 'auth-token-manager').ended).code).toBe(0);
  expect(refreshes()).toBe(1);
  expect(await tokens.read()).toMatchObject({ generation: 2 });
  expect(await tokens.isUsable()).toBe(true);
});

test.runIf(isLinux)('where files may not grow nothing is spent', async () => {
  tokens = await startTestTokens('file', { graceMs: 0 });
  await tokens.authorize(await tokens.open());
  await tokens.start('tokens', 'status').ended; // makes the keys of the data folder
  const main = path.join(import.meta.dirname, '../../main.ts');
  // In blocks of 512 bytes: enough for a lease, and not for an account.
  const command = `ulimit -f 4; exec "${process.execPath}" "${main}" tokens refresh inoreader --force`;
  const child = spawn('sh', ['-c', command], { env: { PATH: process.env.PATH, ...tokens.environment } });
  let output = '';
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(output).toContain('Files may not become so large here');
  expect(refreshes()).toBe(0);
  expect((await force().ended).code).toBe(0);
  expect(await tokens.isUsable()).toBe(true);
});

test('an empty or torn file is never taken for the tokens', async () => {
  tokens = await startTestTokens('file');
  await tokens.authorize(await tokens.open());
  expect((await force().ended).code).toBe(0);
  const newest = path.join(folder(), (await vaults()).at(-1) ?? '');
  const whole = await readFile(newest);
  for (const length of [0, 1, Math.floor(whole.length / 2), whole.length - 1]) {
    await truncate(newest, length);
    // The version before it is whole, and the refresh under way there is made sure of.
    const found = await (await tokens.open()).store.load('inoreader', 'default');
    expect(found?.value.generation).toBe(1);
  }
  for (const name of await vaults()) await writeFile(path.join(folder(), name), '');
  const { code, output } = await tokens.start('tokens', 'status').ended;
  expect(code).toBe(2);
  expect(output).toContain('is whole');
});
