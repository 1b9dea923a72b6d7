import { spawn } from 'node:child_process';
import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

/**
 * `npm test`: builds the page, runs the tests, ends with one plain line of counts. `--long` runs all of them at full
 * counts, `--rest` what is left out without either, at the counts of `npm test`: `*.long.test.ts` and the other shape.
 * `--all` is `npm test` and `--rest` in one run, so that no processor waits for the last of the one before the other begins.
 * With `--again`, which is CI's, files that failed are run once more, alone.
 */
const args = process.argv.slice(2);
const isRest = args.includes('--rest');
const isLong = args.includes('--long');
const isAll = args.includes('--all');
const isAgain = args.includes('--again');
const FILES_AGAIN_MAXIMUM = 5;
const LONG_FILES_TOLD = 15;
const LONG_FILE_SECONDS = 20;
const { buildFrontend } = await import('../services/alt-frontend/build.ts');
await buildFrontend({});
const given = args.filter((argument) => !['--long', '--rest', '--all', '--again'].includes(argument));
// What one waits for leaves these out, unless they are named.
if (!isLong && !isRest && !isAll && given.length === 0) given.push('--exclude=**/*.long.test.ts');
// These need a Kratos, which `npm run test:kratos` builds.
if (!given.some((argument) => argument.includes('.kratos.test'))) given.push('--exclude=**/*.kratos.test.ts');
// And these Envoy and nginx, which `npm run check:deploy` fetches and `npm run test:edge` uses.
if (!given.some((argument) => argument.includes('.edge.test'))) given.push('--exclude=**/*.edge.test.ts');
process.exitCode = await runTests(isRest ? [...given, ...(await restOfTests())] : given);

async function restOfTests(): Promise<string[]> {
  const files = await Array.fromAsync(
    glob('{packages,services,cli,demo,e2e}/**/*.test.{ts,tsx}', { cwd: root, exclude }),
  );
  const texts = await Promise.all(files.map((file) => readFile(path.join(root, file), 'utf8')));
  const hasMore = (file: string, text = '') => file.endsWith('.long.test.ts') || text.includes('shapesInTime');
  return files.filter((file, index) => hasMore(file, texts[index]));
}

function exclude(name: string): boolean {
  return path.basename(name) === 'node_modules';
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

interface Run extends Counts {
  code: number;
  files: TestFile[];
}

/** What Vitest's JSON report says of a file; times in milliseconds. */
interface TestFile {
  name: string;
  status: string;
  startTime: number;
  endTime: number;
  assertionResults: { fullName: string; status: string }[];
}

/** Runs the tests, and with `--again` the files that failed once more, alone; prints the counts. Answers the exit code. */
async function runTests(given: string[]): Promise<number> {
  const run = await runVitest(given);
  tellLongest(run.files);
  const { passed, failed, skipped } = isAgain && run.failed > 0 ? await runAgain(run) : run;
  process.stdout.write(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

/**
 * Runs the files that failed once more, alone. What then passes is told by name, as a fault to mend, and counts as
 * passed: CI does not throw a submission away for chance. More than a few files are no chance.
 */
async function runAgain(run: Run): Promise<Counts> {
  const failed = run.files.filter(({ status }) => status === 'failed');
  if (failed.length === 0 || failed.length > FILES_AGAIN_MAXIMUM) return run;
  const again = await runVitest([...failed.map(nameOf), '--maxWorkers=1']);
  if (again.failed > 0) return run;
  for (const file of failed) {
    const names = file.assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
    process.stdout.write(`Failed, and passed alone, which is to be mended: ${nameOf(file)}: ${names.join('; ')}\n`);
  }
  const before = failed.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === 'passed');
  return { ...run, passed: run.passed - before.length + again.passed, failed: 0 };
}

function nameOf({ name }: TestFile): string {
  return path.relative(root, name);
}

function tellLongest(files: TestFile[]): void {
  const timed = files.map((file) => ({
    name: nameOf(file),
    seconds: Math.round((file.endTime - file.startTime) / 1000),
  }));
  const longest = timed.toSorted((a, b) => b.seconds - a.seconds).filter(({ seconds }) => seconds >= LONG_FILE_SECONDS);
  const told = longest.slice(0, LONG_FILES_TOLD).map(({ name, seconds }) => `${seconds} s ${name}`);
  if (told.length > 0) process.stdout.write(`The longest files: ${told.join(', ')}\n`);
}

async function runVitest(given: string[]): Promise<Run> {
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
        ...(isRest ? { ALT_TEST_REST: '1' } : {}),
        ...(isAll ? { ALT_TEST_ALL: '1' } : {}),
        ...(process.stdout.isTTY ? {} : { NO_COLOR: '1' }),
      },
    });
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
    const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));
    const result = JSON.parse(await readFile(report, 'utf8').catch(() => '{}'));
    return {
      code,
      files: result.testResults ?? [],
      passed: result.numPassedTests ?? 0,
      failed: (result.numFailedTests ?? 0) + (code !== 0 && !result.numFailedTests ? 1 : 0),
      skipped: (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
