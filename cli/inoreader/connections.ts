import { type Database, statement } from '@alt/database';
import { assertNames, DEFAULT_ACCOUNT } from '@alt/external-tokens';
import { disconnectInoreader } from '../../services/alt-backend/store/connections.ts';
import { findReader } from '../accounts.ts';
import { readArguments } from '../arguments.ts';
import { withAlt } from '../feed/polls.ts';
import { withDatabases } from '../session.ts';
import type { Terminal } from '../terminal.ts';
import { asReader, giveAccount } from './accounts.ts';

/** `alt inoreader connect`: an account, for which a token is kept, belongs to a reader from now on. */
export async function connect(args: string[], terminal: Terminal): Promise<number> {
  const { options } = readArguments(args, { least: 0, options: { account: 'string', user: 'string' } });
  const account = options.account ?? DEFAULT_ACCOUNT;
  assertNames('inoreader', account);
  return giveAccount(terminal, account, options.user);
}

/** `alt inoreader disconnect`: both sides keep what they have. */
export async function disconnect(args: string[], terminal: Terminal): Promise<number> {
  const { options } = readArguments(args, { least: 0, options: { user: 'string' } });
  return withDatabases(terminal, async (databases) => {
    const reader = await findReader(databases, options.user);
    const isDone = await asReader(databases, reader, disconnectInoreader);
    terminal.print(
      isDone
        ? 'Disconnected. Alt and Inoreader keep what they have. To take the permission back as well: alt tokens revoke inoreader'
        : `${reader.email} has no Inoreader account connected.`,
    );
    return isDone ? 0 : 1;
  });
}

interface StatusRow {
  account: string;
  state: string;
  message: string | null;
  lastSuccessAt: Date | null;
  missing: number;
  changes: number;
  budgets: { zone: number; used: number; allowed: number }[] | null;
}

const selectStatus = statement<StatusRow>(
  'cli_inoreader',
  `select c.account, c.state, c.problem_message as message, c.last_success_at as "lastSuccessAt",
     (select count(*) from inoreader_items i where i.connection_id = c.id and i.content = 'wanted') as missing,
     (select count(*) from inoreader_items i where i.connection_id = c.id and i.needs_write) as changes,
     (select json_agg(json_build_object('zone', b.zone, 'used', case when b.day_ends_at > now() then b.used else 0 end,
       'allowed', b.allowed) order by b.zone) from inoreader_budgets b where b.connection_id = c.id) as budgets
   from inoreader_connections c order by c.account`,
);

/** `alt inoreader status`: every account in plain words. */
export async function showStatus(args: string[], terminal: Terminal): Promise<number> {
  readArguments(args, { least: 0, options: {} });
  const rows = await withDatabases(terminal, (databases) =>
    withAlt(databases, (alt: Database) => alt.all(selectStatus)),
  );
  if (rows.length === 0) {
    terminal.print(
      'No Inoreader account is connected. First: alt tokens authorize inoreader, then: alt inoreader connect',
    );
    return 0;
  }
  for (const row of rows) {
    const last = row.lastSuccessAt ? `last success ${row.lastSuccessAt.toISOString()}` : 'never synchronised yet';
    terminal.print(`${row.account}: ${row.state}, ${last}; ${row.missing} articles and ${row.changes} changes wait.`);
    for (const { zone, used, allowed } of row.budgets ?? []) {
      terminal.print(
        `  requests today, ${zone === 1 ? 'reads' : 'writes'}: ${used} of ${allowed}, a tenth is never spent`,
      );
    }
    if (row.message) terminal.print(`  ${row.message}`);
  }
  return rows.some(({ state }) => state === 'unauthorised' || state === 'failing') ? 1 : 0;
}
