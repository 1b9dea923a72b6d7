import { type ChildProcess, spawn } from 'node:child_process';

type Started = ChildProcess & { name: string; log: string[] };

/** A program whose last lines are kept, to be told if it ends. */
export function start(
  name: string,
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Started {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      log.push(chunk.toString());
      if (log.length > 200) log.shift();
      if (process.env.ALT_TEST_LOG) process.stderr.write(chunk);
    });
  }
  return Object.assign(child, { name, log });
}

export function throwIfEnded({ exitCode, name, log }: Started): void {
  if (exitCode !== null) throw new Error(`${name} ended with ${exitCode}: ${log.join('').slice(-4_000)}`);
}

export async function end(child: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await closed;
  clearTimeout(killer);
}
