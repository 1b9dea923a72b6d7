import { readFile, writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** A third of the processor where one other wants it too; more would hold up those who wait for its locks. */
export const BACKGROUND_NICE = 5;

/** Linux takes one such change in a tenth of a second from who is not root. */
const AGAIN_AFTER_MS = 150;
const TRIES = 20;

/**
 * Has a process of this machine's own server stand back for others, as far as this user may and the system can.
 *
 * Linux may share the processor among sessions first, and among the processes of one after that: with
 * `sched_autogroup_enabled` (sched(7)) the nice value of a process counts in its session alone, and each process of
 * Postgres begins a session. Then the session's own nice value is set too.
 */
export async function giveWay(pid: number): Promise<void> {
  try {
    setPriority(pid, BACKGROUND_NICE);
    if (process.platform === 'linux') await setSessionNice(pid);
  } catch {
    // It is only slower for others: the process ended, or belongs to somebody else.
  }
}

async function setSessionNice(pid: number): Promise<void> {
  const nameOf = async (who: number | 'self') => (await readFile(`/proc/${who}/autogroup`, 'utf8')).split(' ')[0];
  // Before the process began a session of its own it would be ours that steps back.
  if ((await nameOf(pid)) === (await nameOf('self'))) return;
  for (let tries = 1; tries <= TRIES; tries += 1) {
    try {
      return await writeFile(`/proc/${pid}/autogroup`, String(BACKGROUND_NICE));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
    await sleep(AGAIN_AFTER_MS, undefined, { ref: false });
  }
}
