import { readFile, writeFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { findReader } from './accounts.ts';
import { readArguments } from './arguments.ts';
import { isPolling } from './feed/polls.ts';
import { withDatabases } from './session.ts';
import { withSubscriptions } from './subscriptions.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './wording.ts';

/** `alt opml import`. */
export async function importFile(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 1, options: { user: 'string' } });
  const [file = ''] = given;
  const opml = file === '-' ? await buffer(terminal.input) : await readOpml(file);
  const { imported, isRunning } = await withDatabases(terminal, async (databases, settings) => {
    const reader = await findReader(databases, options.user);
    const imported = await withSubscriptions({ databases, settings, reader }, (own) => own.importOpml(opml));
    return { imported, isRunning: await isPolling(databases) };
  });
  const { created, existing, failed } = imported;
  const parts = [`${counted(created, 'new subscription')}`];
  if (existing > 0) parts.push(`${existing.toLocaleString('en')} that were there already`);
  if (failed.length > 0) parts.push(`${failed.length.toLocaleString('en')} that cannot be feeds`);
  terminal.print(`${parts.join(', ')}.`);
  for (const { url, reason } of failed) terminal.remark(`  ${url || '(no address)'}: ${reason}`);
  if (created > 0) {
    terminal.print(
      isRunning ? 'Alt is fetching them now.' : 'Alt is not running: they will be fetched at the next start.',
    );
  }
  return 0;
}

/** `alt opml export`. */
export async function exportFile(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 0, most: 1, options: { user: 'string' } });
  const [file] = given;
  const opml = await withDatabases(terminal, async (databases, settings) => {
    const reader = await findReader(databases, options.user);
    return withSubscriptions({ databases, settings, reader }, (own) => own.exportOpml());
  });
  if (file === undefined) terminal.write(opml);
  else {
    await writeFile(file, opml);
    terminal.print(`Wrote ${file}.`);
  }
  return 0;
}

async function readOpml(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    throw new Error(code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read (${code}).`);
  }
}
