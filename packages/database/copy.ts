import { from, to } from 'pg-copy-streams';
import { type ConnectOptions, openClient } from './connect.ts';
import type { CopySession } from './database.ts';
import { clientQueryable } from './queryable.ts';

/** Runs `work` on a connection of its own, which has no statement timeout and closes afterwards. */
export async function withCopySession<T>(
  options: ConnectOptions,
  work: (session: CopySession) => Promise<T>,
): Promise<T> {
  const client = await openClient({ ...options, statementTimeoutMs: 0 });
  try {
    return await work({
      ...clientQueryable(client),
      copyOut: (sql) => client.query(to(sql)),
      copyIn: (sql) => client.query(from(sql)),
    });
  } finally {
    await client.end();
  }
}
