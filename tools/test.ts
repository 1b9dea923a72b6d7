import { spawn } from 'node:child_process';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

/**
 * `npm test`: builds the page, runs the tests, ends with one plain line of counts. `--long` runs all of them at full
 * counts, `--only-long` what was left out without it: `*.long.test.ts`, the other shape, and files with smaller counts.
 */
const args = process.argv.slice(2);
const isOnlyLong = args.includes('--only-long');
const isLong = isOnlyLong || args.includes('--long');
const { buildFrontend } = await import('../services/alt-frontend/build.ts');
await buildFrontend({});
const given = args.filter((argument) => argument !== '--long' && argument !== '--only-long');
// What one waits for leaves these out, unless they are named.
if (!isLong && given.length === 0) given.push('--exclude=**/*.long.test.ts');
process.exitCode = await runTests(isOnlyLong ? [...given, ...(await longTests())] : given);

async function longTests(): Promise<string[]> {
  const files = await Array.fromAsync(
    glob('{packages,services,cli,demo,e2e}/**/*.test.{ts,tsx}', { cwd: root, exclude }),
  );
  const texts = await Promise.all(files.map((file) => readFile(path.join(root, file), 'utf8')));
  const hasMore = (file: string, text = '') =>
    file.endsWith('.long.test.ts') || /ALT_TEST_LONG|shapesInTime/.test(text);
  return files.filter((file, index) => hasMore(file, texts[index]));
}

function exclude(name: string): boolean {
  return path.basename(name) === 'node_modules';
}

async function runTests(given: string[]): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-test-report-'));
  const report = path.join(folder, 'report.json');
  try {
    const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
    const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...given], {
      cwd: root,
      stdio: 'inherit',
      env: {
        ...process.env,
        ...(isLong ? { ALT_TEST_LONG: '1' } : {}),
        ...(isOnlyLong ? { ALT_TEST_REST: '1' } : {}),
        ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
      },
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));
    const result = JSON.parse(await readFile(report, 'utf8').catch(() => '{}'));
    const skipped = (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0);
    const passed = result.numPassedTests ?? 0;
    const failed = (result.numFailedTests ?? 0) + (code !== 0 && !result.numFailedTests ? 1 : 0);
    process.stdout.write(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`);
    return failed > 0 || passed === 0 ? 1 : code;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
