import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

const pollMs = 50;

/**
 * Runs `work` while no other process does: test files and servers that start at once build the web app once. The lock is
 * a file with the process id of its owner; one whose owner is gone is taken over.
 */
export async function withBuildLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  while (!(await take(path))) await wait(pollMs);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = Number(await readFile(path, 'utf8').catch(() => ''));
  if (owner > 0 && !isRunning(owner)) await rm(path, { force: true });
  return false;
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
