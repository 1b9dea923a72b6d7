import { readArguments } from './arguments.ts';
import { withDatabases } from './session.ts';
import { version } from './settings.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './wording.ts';

/** `alt migrate`: brings the databases to this release and says what was done. */
export async function migrateDatabases(args: string[], terminal: Terminal): Promise<number> {
  readArguments(args, { least: 0, options: {} });
  const applied = await withDatabases(terminal, async (databases) => databases.applied);
  for (const name of applied) terminal.print(`applied ${name}`);
  terminal.print(
    applied.length === 0
      ? `The databases are those of Alt ${version} already.`
      : `${counted(applied.length, 'migration')} applied. The databases are now those of Alt ${version}.`,
  );
  return 0;
}
