import { mergeFeeds } from './following.ts';
import { plannedWrites } from './marking.ts';
import * as connections from './store/connections.ts';
import { countMissing } from './store/items.ts';
import { planOf, type SyncTools } from './synchronising.ts';

/** What a run would ask and change now, a line each. Asks Inoreader nothing, and changes nothing on either side. */
export async function preview(tools: SyncTools, account: string | null): Promise<string[]> {
  const { database, worker, leaseSeconds } = tools;
  const of = await connections.claim(database, worker, tools.now(), leaseSeconds, account);
  if (!of) return [];
  try {
    return await describe(tools, of);
  } finally {
    await database.asReader(of, (tx) => connections.release(tx, of.id, worker));
  }
}

/** The reader says that what vanished was meant to; the next run believes it. */
export async function confirm(tools: SyncTools, account: string): Promise<void> {
  const { database, worker, leaseSeconds } = tools;
  const of = await connections.claim(database, worker, tools.now(), leaseSeconds, account);
  if (!of) return;
  await database.asReader(of, async (tx) => {
    await connections.rememberConfirmation(tx, of.id, tools.now());
    await connections.release(tx, of.id, worker);
  });
}

async function describe(tools: SyncTools, of: connections.Claim): Promise<string[]> {
  const { database } = tools;
  const { connection, missing, budgets } = await database.asReader(of, async (tx) => ({
    connection: await connections.readConnection(tx, of.id),
    missing: await countMissing(tx, of.id),
    budgets: await connections.readBudgets(tx, of.id),
  }));
  if (!connection) return [];
  const { progress } = connection;
  const plan = await planOf(tools, of, connection.isWanted);
  const { writes, doubted } = await mergeFeeds(tools, of, connection.isConfirmed, { isDry: true });
  const marks = await plannedWrites(database, of, progress);
  const lines = [`${of.account}:`];
  for (const { zone, used, allowed } of budgets)
    lines.push(`  zone ${zone}: ${used} of ${allowed} requests used today`);
  if (progress.listing)
    lines.push(`  goes on with the list "${progress.listing.kind}" at page ${progress.listing.pages + 1}`);
  else
    lines.push(
      plan.isLookDue
        ? '  asks which ids are new, unread and starred'
        : `  looks at ids again at ${plan.nextLookAt.toISOString()}`,
    );
  lines.push(`  ${missing} articles to bring, now in ${plan.contents} requests`);
  for (const { form } of writes)
    lines.push(`  tells Inoreader: ${form.map(([name, value]) => `${name}=${value}`).join(' ')}`);
  for (const { tag, isSet, items } of marks)
    lines.push(`  ${isSet ? 'sets' : 'takes'} ${tag} of ${items.length} articles there`);
  if (doubted) lines.push(`  waits for --confirm: ${doubted.count} subscriptions vanished ${doubted.side}`);
  return lines;
}
