import type { Database } from '@alt/database';
import { withDatabases } from '../session.ts';
import type { Terminal } from '../terminal.ts';

/** The database `auth` for the time of a command, beside a running Alt or without one. */
export function withAuth<T>(terminal: Terminal, work: (auth: Database) => Promise<T>): Promise<T> {
  return withDatabases(terminal, async (databases) => {
    const auth = databases.connectAsAdmin('auth');
    try {
      return await work(auth);
    } finally {
      await auth.end();
    }
  });
}
