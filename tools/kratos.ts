import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** The release that the configuration in `services/auth-service/kratos` is for. */
export const KRATOS_VERSION = 'v1.3.1';

const run = promisify(execFile);
const root = path.dirname(import.meta.dirname);

/**
 * Ory Kratos, built from its sources where Go is present; about five minutes and 75 MB, once. Answers with the path of the
 * binary. `KRATOS_BINARY` names one that is there already. Throws with a sentence where there is no Go.
 */
export async function kratosBinary(environment: Record<string, string | undefined> = process.env): Promise<string> {
  if (environment.KRATOS_BINARY) return environment.KRATOS_BINARY;
  const binary = path.join(root, 'node_modules', '.cache', `kratos-${KRATOS_VERSION}`);
  if (await isThere(binary)) return binary;
  const go = await run('go', ['version']).catch(() => null);
  if (!go) throw new Error('Kratos is built with Go, which is not installed. Install Go, or set KRATOS_BINARY.');
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-kratos-'));
  try {
    await buildIn(folder);
    await mkdir(path.dirname(binary), { recursive: true });
    await copyFile(path.join(folder, 'kratos'), `${binary}.${process.pid}`);
    await rename(`${binary}.${process.pid}`, binary);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return binary;
}

/**
 * The module replaces its own client by a folder that is not in the module's archive. The same generated client is in
 * another folder of it, which takes that place.
 */
async function buildIn(folder: string): Promise<void> {
  const { stdout } = await run('go', ['mod', 'download', '-json', `github.com/ory/kratos@${KRATOS_VERSION}`]);
  const source = path.join(folder, 'source');
  await cp((JSON.parse(stdout) as { Dir: string }).Dir, source, { recursive: true });
  await run('chmod', ['-R', 'u+w', source]);
  const client = path.join(source, 'clientgo');
  await mkdir(client);
  const generated = path.join(source, 'internal', 'httpclient');
  for (const file of await readdir(generated)) {
    if (file.endsWith('.go')) await copyFile(path.join(generated, file), path.join(client, file));
  }
  await writeFile(path.join(client, 'go.mod'), 'module github.com/ory/client-go\n\ngo 1.23\n');
  const modules = path.join(source, 'go.mod');
  await writeFile(modules, (await readFile(modules, 'utf8')).replace('=> ./internal/client-go', '=> ./clientgo'));
  const output = path.join(folder, 'kratos');
  await run('go', ['build', '-p', '2', '-tags', 'sqlite', '-o', output, '.'], {
    cwd: source,
    env: { ...process.env, GOFLAGS: '-mod=mod' },
    maxBuffer: 64_000_000,
  });
  await chmod(output, 0o755);
}

async function isThere(file: string): Promise<boolean> {
  return run(file, ['version']).then(
    () => true,
    () => false,
  );
}
