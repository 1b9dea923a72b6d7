import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** A name for this process that says where it runs, so that a later one on the same machine can tell that it died. */
export function workerName(): string {
  return `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
}

/**
 * Whether a worker of that name ran on this machine and runs no more. Unknown machines are left to their leases.
 * `claimedAt` tells our own number under another name, in a container that was started anew, from a neighbour here.
 */
export function isDeadHere(worker: string, claimedAt: number): boolean {
  const [host, pid] = worker.split('/');
  if (host !== hostname()) return false;
  if (Number(pid) === process.pid) return claimedAt < performance.timeOrigin;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
