import { type Database, exportRows, RowLinesError, readRows, statement } from '@alt/database';
import { z } from 'zod';

/**
 * What is kept of a tenant, in the order in which it can be taken: what others name comes before them. Not taken along, because
 * the account elsewhere stays with the installation that may use it: imports that run (`reader_imports`), their inbox
 * (`inbound_items`: what waits there is fetched again, what was settled is an article), accounts at Inoreader (`inoreader_*`).
 */
const KINDS = [
  'tenant',
  'reader',
  'feed',
  'article',
  'inbound_key',
  'subscription',
  'folder',
  'subscription_folder',
  'folder_feed',
  'folder_leaver',
  'label',
  'entry',
  'entry_label',
  'article_label',
  'entry_split',
  'highlight',
  'note',
  'share',
  'saved_search',
  'rule',
  'rule_switch',
  'rule_hit',
  'tag',
  'tag_alias',
  'tag_distinction',
  'article_tag',
  'tag_veto',
  'feed_selector',
  'article_variant',
  'recap',
  'recap_outlet',
  'llm_usage',
] as const;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const accountsSchema = z.strictObject({ accounts: z.record(z.uuid(), z.uuid().nullable()) });

/** All of a tenant as lines of JSON, `{"kind":…,"row":{…}}`, as it is at one moment. Nothing is gathered in memory. */
export function exportTenant(database: Database, tenantId: string): ReadableStream<Uint8Array> {
  if (!UUID.test(tenantId)) throw new TypeError('A tenant’s id must be a UUID.');
  return exportRows(database, KINDS, (kind) => {
    return `select r from ${exportOf(kind)}('${tenantId}', '${kind}') r`;
  });
}

function exportOf(kind: string): string {
  if (kind === 'inbound_key') return 'export_inbound_keys';
  return isOfRules(kind) ? 'export_rule_rows' : 'export_tenant_rows';
}

/** Rules name labels by their ids, and others name rules: a function of its own takes them. */
function isOfRules(kind: string): boolean {
  return kind.startsWith('rule');
}

const callBegin = statement('import_begin', 'select begin_tenant_import($1, $2)');
const callRows = statement<{ moved: [string, string][] | null }>(
  'import_rows',
  'select import_tenant_rows($1, $2, $3) as moved',
);
const callRuleRows = statement('import_rule_rows', 'select import_rule_rows($1, $2, $3)');
const callInboundKeys = statement('import_inbound_keys', 'select import_inbound_keys($1, $2, $3)');
const callEnd = statement('import_end', 'select end_tenant_import($1)');

/**
 * Fills a tenant from such lines, whose first one says who is who: `{"accounts":{"<id there>":"<id here>"|null}}`. All of it
 * or nothing; a second import replaces the first. Answers how many rows there were. Throws RowLinesError.
 */
export async function importTenant(
  database: Database,
  tenantId: string,
  body: ReadableStream<Uint8Array> | null,
): Promise<number> {
  const moved = new Map<string, string>();
  return database.background.transaction(async (tx) => {
    await tx.script('set local statement_timeout = 0');
    const rows = await readRows(body, KINDS, {
      async begin(first) {
        const parsed = accountsSchema.safeParse(first);
        if (!parsed.success) throw new RowLinesError(1);
        await tx.run(callBegin, [tenantId, JSON.stringify(parsed.data.accounts)]);
      },
      async take(kind, rows) {
        const taken = kind === 'recap' && moved.size > 0 ? rows.map((row) => renumber(row, moved)) : rows;
        const values = [tenantId, kind, JSON.stringify(taken)];
        if (kind === 'inbound_key') return void (await tx.run(callInboundKeys, values));
        if (isOfRules(kind)) return void (await tx.run(callRuleRows, values));
        const answer = await tx.one(callRows, values);
        for (const [there, here] of answer?.moved ?? []) moved.set(there, here);
      },
    });
    await tx.run(callEnd, [tenantId]);
    return rows;
  });
}

/** A recap names articles by their ids, as strings. */
function renumber<Value>(value: Value, moved: Map<string, string>): Value {
  if (typeof value === 'string') return (moved.get(value) ?? value) as Value;
  if (Array.isArray(value)) return value.map((item) => renumber(item, moved)) as Value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, renumber(item, moved)])) as Value;
}
