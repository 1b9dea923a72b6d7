import { type Queryable, statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { connectInoreader, readInoreader } from '../../services/alt-backend/store/connections.ts';
import { createAsReader } from '../../services/alt-backend/store/readers.ts';
import { findReader } from '../accounts.ts';
import type { DatabaseServer } from '../database.ts';
import { withAlt } from '../feed/polls.ts';
import { withDatabases } from '../session.ts';
import type { Terminal } from '../terminal.ts';

/** The account at Inoreader that a reader has, or null. Throws a sentence where there is no such reader. */
export function readAccount(terminal: Terminal, user: string | undefined): Promise<string | null> {
  return withDatabases(terminal, async (databases) => {
    const reader = await findReader(databases, user);
    return (await asReader(databases, reader, readInoreader))?.account ?? null;
  });
}

const selectOwner = statement<{ userId: string }>(
  'cli_inoreader_owner',
  `select r.user_id as "userId" from inoreader_connections c join readers r on r.id = c.reader_id where c.account = $1`,
);

/** Whether an account has another reader than this one. */
export function takenBy(terminal: Terminal, account: string, user: string | undefined): Promise<boolean> {
  return withDatabases(terminal, async (databases) => {
    const reader = await findReader(databases, user);
    const owner = await withAlt(databases, (alt) => alt.one(selectOwner, [account]));
    return owner !== null && owner.userId !== reader.userId;
  });
}

/** Gives an account, for which a token is kept, to a reader; says how it went and answers the exit code. */
export function giveAccount(terminal: Terminal, account: string, user: string | undefined): Promise<number> {
  return withDatabases(terminal, async (databases) => {
    const reader = await findReader(databases, user);
    const isDone = await asReader(databases, reader, (tx, id) => connectInoreader(tx, id, account));
    if (!isDone) {
      terminal.remark(
        `${reader.email} has an Inoreader account already, or "${account}" has another reader. See: alt inoreader status`,
      );
      return 1;
    }
    terminal.print(
      `The Inoreader account "${account}" belongs to ${reader.email} now. Alt synchronises it when pre-processor-sidecar runs next.`,
    );
    return 0;
  });
}

export async function asReader<T>(
  databases: DatabaseServer,
  reader: Reader,
  work: (tx: Queryable, readerId: number) => Promise<T>,
): Promise<T> {
  const database = databases.connectAs('alt-backend');
  if (!database) throw new Error('alt-backend has no database');
  try {
    return await createAsReader(database)(reader, work);
  } finally {
    await database.end();
  }
}
