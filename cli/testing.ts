import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { temporaryParent } from '@alt/database/test-server.ts';
import { runCommand } from './commands.ts';
import type { Environment } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** What a command said and how it ended. */
export interface CommandResult {
  code: number;
  /** Standard output. */
  output: string;
  /** Standard error. */
  remarks: string;
}

/** Runs a command line in this process, with an environment and an input of its own; `onPrint` hears its lines as they come. */
export async function runInTest(
  words: string[],
  environment: Environment = {},
  input: string | Buffer | AsyncIterable<Buffer> = '',
  onPrint: (text: string) => void = () => {},
): Promise<CommandResult> {
  const output: string[] = [];
  const remarks: string[] = [];
  const terminal: Terminal = {
    environment,
    print(text) {
      output.push(`${text}\n`);
      onPrint(text);
    },
    write: (text) => void output.push(text),
    remark: (text) => void remarks.push(`${text}\n`),
    replaceRemark: null,
    input:
      typeof input === 'string' || Buffer.isBuffer(input) ? Readable.from([Buffer.from(input)]) : Readable.from(input),
    isInteractive: false,
  };
  const code = await runCommand(words, terminal);
  return { code, output: output.join(''), remarks: remarks.join('') };
}

/** An empty folder that is removed with everything in it. */
export async function createTemporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(temporaryParent(), 'alt-cli-test-'));
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
