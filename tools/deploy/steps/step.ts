import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Rendering, renderAll, writeRendered } from '../render.ts';
import type { ToolName } from '../tools.ts';

/** What a step found. `counted` begins with the number of things it looked at: a step that saw none has failed. */
export type Check = { errors: readonly string[]; counted: string };

export type Step = {
  name: string;
  needs: readonly ToolName[];
  /** What the step makes for itself in the cache, with tools of its own, when it is not there. */
  made?: { name: string; key: string };
  run(context: Context): Promise<Check>;
};

/** What the steps share: the charts are rendered once. */
export type Context = {
  /** The checkout. */
  root: string;
  rendering(): Promise<Rendering>;
  /** The rendered objects as files, one a chart, below a folder for each profile. */
  renderedFolder(): Promise<string>;
  /** A new folder, gone when the check ends. */
  scratch(): Promise<string>;
  close(): Promise<void>;
};

export function makeContext(root: string): Context {
  const folders: string[] = [];
  let rendering: Promise<Rendering> | undefined;
  let written: Promise<string> | undefined;
  const context: Context = {
    root,
    rendering: () => {
      rendering ??= renderAll(path.join(root, 'skaffold'));
      return rendering;
    },
    renderedFolder: () => {
      written ??= write(context);
      return written;
    },
    scratch: async () => {
      const folder = await mkdtemp(path.join(tmpdir(), 'alt-check-'));
      folders.push(folder);
      return folder;
    },
    close: async () => {
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    },
  };
  return context;
}

async function write(context: Context): Promise<string> {
  const folder = await context.scratch();
  await writeRendered(folder, (await context.rendering()).rendered);
  return folder;
}

export type Outcome = { code: number; stdout: string; stderr: string };

/** Runs a program to its end; its exit code is an answer, not an exception. Throws when it cannot be started. */
export function execute(
  file: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    execFile(file, args, { ...options, maxBuffer: 128_000_000 }, (error, stdout, stderr) => {
      const code = error ? (error.code ?? 1) : 0;
      if (typeof code === 'string') reject(error);
      else resolve({ code, stdout, stderr });
    });
  });
}

/** Counts with the word in the right number. */
export function counting(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
