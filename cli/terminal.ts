import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import type { Environment } from './settings.ts';

/** What a command sees of the world: its environment and the person in front of it. */
export interface Terminal {
  environment: Environment;
  /** One or more lines of the command's result. */
  print(text: string): void;
  /** The result itself, byte for byte. */
  write(text: string): void;
  /** Remarks, progress and errors, which are not the result. */
  remark(text: string): void;
  /** Lets a line stand in place of the one before; for people who watch. Null where nobody does. */
  replaceRemark: ((text: string) => void) | null;
  input: Readable;
  /** Whether somebody can be asked. */
  isInteractive: boolean;
}

/** The terminal of this process. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process;
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
  return {
    environment: process.env,
    print: (text) => void stdout.write(`${text}\n`),
    write: (text) => void stdout.write(text),
    remark: (text) => void stderr.write(`${text}\n`),
    replaceRemark: stderr.isTTY ? (text) => void stderr.write(`\r\u001b[2K${text}`) : null,
    input: stdin,
    isInteractive: Boolean(stdin.isTTY && stderr.isTTY),
  };
}

/** Whoever read has enough: `alt … | head`. What is under way goes on. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Asks for a password without showing it, or reads the first line of the input where nobody can be asked. */
export async function askPassword(terminal: Terminal, question: string): Promise<string> {
  const password = terminal.isInteractive ? await askHidden(terminal, question) : await readFirstLine(terminal.input);
  if (password === '') throw new Error('A password is missing: give one with --password, or on standard input.');
  return password;
}

async function askHidden(terminal: Terminal, question: string): Promise<string> {
  terminal.replaceRemark?.(`${question}: `);
  // Without an output, readline shows nothing of what is typed.
  const reader = createInterface({ input: terminal.input, terminal: true });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    terminal.remark('');
  }
}

async function readFirstLine(input: Readable): Promise<string> {
  const reader = createInterface({ input, terminal: false });
  for await (const line of reader) return line;
  return '';
}

const QUIET_MS = 2_000;
const REDRAW_MS = 100;

/** Shows how far long work is; what is over within two seconds stays quiet. */
export interface Progress {
  /** From 0 to 1. */
  update(share: number): void;
  /** Ends the updating line. */
  end(): void;
}

/** One updating line for somebody who watches, else a line every ten per cent. */
export function startProgress(terminal: Terminal, label: string): Progress {
  const startedAt = performance.now();
  let shownAt = 0;
  let shownTenth = 0;
  let isDrawn = false;
  return {
    update(share) {
      const now = performance.now();
      if (now - startedAt < QUIET_MS) return;
      const percent = Math.min(100, Math.floor(share * 100));
      const tenth = Math.floor(percent / 10);
      if (terminal.replaceRemark) {
        if (now - shownAt < REDRAW_MS) return;
        terminal.replaceRemark(`${label}: ${percent} %`);
        isDrawn = true;
        shownAt = now;
      } else if (tenth > shownTenth) {
        terminal.remark(`${label}: ${tenth * 10} %`);
        shownTenth = tenth;
      }
    },
    end() {
      if (isDrawn) terminal.replaceRemark?.('');
      isDrawn = false;
    },
  };
}
