import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { copyDataFolder } from '@alt/database/testing.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../cli/settings.ts';
import { runInTest } from '../cli/testing.ts';
import { startDemoWeb } from '../demo/server.ts';
import { type Client, register } from './client.ts';
import { type Machine, startMachine } from './harness.ts';

let web: Awaited<ReturnType<typeof startDemoWeb>>;
let machine: Machine;
let reader: Client;

beforeAll(async () => {
  web = await startDemoWeb({ slowDelayMs: 100 });
  machine = await startMachine('one process', { allow: [new URL(web.origin).host] });
  reader = await register(machine.origin, 'ada@example.org');
}, 60_000);

afterAll(async () => {
  await machine?.stop();
  await web?.stop();
});

/** Knows of the running Alt nothing but its data folder: what may be reached, Alt alone knows. */
const run = (...words: string[]) => runInTest(words, { ALT_DATA_DIR: machine.dataDir, LOG_LEVEL: 'silent' });

it('feed add beside a running Alt follows the feed of a site through it, and leaves no key behind', async () => {
  const added = await run('feed', 'add', `${web.origin}/garden/`);
  expect(added).toMatchObject({
    code: 0,
    remarks: '',
    output: expect.stringMatching(/now follows feed .+ articles\./),
  });
  const [subscription] = (await reader.get('/v1/subscriptions')).json.items;
  expect(subscription.feed.url).toBe(`${web.origin}/garden/feed.xml`);
  expect((await run('feed', 'add', `${web.origin}/garden/feed.xml`)).output).toContain('already');
  expect((await reader.get('/v1/user/api-keys')).json.items).toEqual([]);
});

it('feed add lists the feeds of a site that has several, follows none, and says so with its exit code', async () => {
  const { code, output, remarks } = await run('feed', 'add', `${web.origin}/windows/`);
  expect(code).toBe(3);
  expect(output.match(/\/windows\/\S+/g)).toHaveLength(3);
  expect(remarks).toContain('Choose one: npm run alt -- feed add ADDRESS');
  expect((await reader.get('/v1/subscriptions')).json.items).toHaveLength(1);
});

it.each([
  ['up', '--demo'],
  ['serve', 'gateway'],
])('%s %s ends by itself, with a sentence, where it cannot start after it has begun', async (...words) => {
  const folder = await copyDataFolder('alt-e2e-');
  const PORT = new URL(machine.origin).port; // taken
  const environment = { ...process.env, ALT_DATA_DIR: folder, PORT, LOG_LEVEL: 'silent' };
  const main = promisify(execFile)(process.execPath, ['main.ts', ...words], { cwd: projectRoot, env: environment });
  await expect(main).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(PORT) });
  await rm(folder, { recursive: true });
});

it('help that nobody reads to its end ends without a complaint', async () => {
  const script = `"${process.execPath}" main.ts help | true; echo "code \${PIPESTATUS[0]}"`;
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], { cwd: projectRoot });
  expect(stdout + stderr).toBe('code 0\n');
});
