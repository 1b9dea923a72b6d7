import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import { DatabaseStartError } from './errors.ts';

/**
 * A program and its arguments, as they must be called for Postgres to run as whoever we are. The server refuses root,
 * and initdb a uid without a name (containers give such uids); both run in a user namespace that shows them another.
 * Outside they stay what they are, so they still enter folders that only their owner can enter.
 */
export function unprivileged(program: string, args: string[]): [string, string[]] {
  if (!needsNamespace()) return [program, args];
  const uid = namedUid();
  return ['unshare', ['--user', `--map-user=${uid}`, `--map-group=${uid}`, '--', program, ...args]];
}

/** Stops with a sentence where a user namespace is needed and forbidden. */
export async function checkUnprivileged(): Promise<void> {
  if (!needsNamespace()) return;
  const [program, args] = unprivileged('true', []);
  try {
    await promisify(execFile)(program, args);
  } catch (cause) {
    const reason = process.getuid?.() === 0 ? 'as root' : `as uid ${process.getuid?.()}, which has no name here`;
    throw new DatabaseStartError(
      `Postgres does not run ${reason}, and this machine does not allow user namespaces (\`unshare --user\`). ` +
        'Start Alt as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.',
      { cause },
    );
  }
}

function needsNamespace(): boolean {
  if (process.platform !== 'linux') return false;
  return process.getuid?.() === 0 || !hasName();
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** Any uid that this machine has a name for, except root. */
function namedUid(): number {
  const uids = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => Number(line.split(':')[2]));
  return uids.find((uid) => uid > 0) ?? 1000;
}
