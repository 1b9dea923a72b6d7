import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { withBuildLock } from './build-lock.ts';

/** Where the built web app lies. */
export const distFolder = join(import.meta.dirname, 'dist');

/** Where builds are made before they take the place of the present one. */
export const workFolder = join(import.meta.dirname, '.cache');

/** The file in the built app that says which sources it was made from. */
export const stampFile = 'sources.sha256';

/**
 * Builds the web app into `dist` if its sources have changed since (or always with `force`). Quiet; takes a few seconds.
 * Runs in a process of its own, so that the bundler's memory goes back and no `NODE_ENV` stays behind.
 */
export async function buildFrontend({ force = false }: { force?: boolean } = {}): Promise<{ built: boolean }> {
  const stamp = await sourcesHash();
  if (!force && (await builtStamp()) === stamp) return { built: false };
  await mkdir(workFolder, { recursive: true });
  return withBuildLock(join(workFolder, 'build.lock'), async () => {
    // Another process may have built it while this one waited.
    if (!force && (await builtStamp()) === stamp) return { built: false };
    await runBundler(stamp);
    return { built: true };
  });
}

async function builtStamp(): Promise<string | null> {
  return readFile(join(distFolder, stampFile), 'utf8').catch(() => null);
}

/** A hash of everything that the build depends on. */
async function sourcesHash(): Promise<string> {
  const root = import.meta.dirname;
  const inApp = (await readdir(join(root, 'app'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
  const files = [...inApp, 'bundle.ts', 'package.json'].sort();
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`${file}\0`).update(await readFile(join(root, file)));
  }
  return hash.digest('hex');
}

async function runBundler(stamp: string): Promise<void> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bundle.ts'), stamp], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  let messages = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    messages += text;
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`The web app could not be built:\n${messages.trim()}`);
}
