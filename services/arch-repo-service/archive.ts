import { randomBytes } from 'node:crypto';
import { type Database, exportRows, type Row, RowLinesError, readRows, statement } from '@alt/database';
import { z } from 'zod';

/** What is kept of a tenant's projects, in the order in which it can be taken. */
const KINDS = [
  'person',
  'project',
  'project_member',
  'project_section',
  'project_article',
  'project_highlight',
  'project_note',
  'project_mention',
  'project_decision',
  'project_brief',
  'project_dismissal',
  'project_publication',
  'project_source',
  'project_rule',
  'project_activity',
] as const;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const accountsSchema = z.strictObject({ accounts: z.record(z.uuid(), z.uuid().nullable()) });

/** All projects of a tenant as lines of JSON; see the archive of alt-backend, which comes before this one. */
export function exportProjects(database: Database, tenantId: string): ReadableStream<Uint8Array> {
  if (!UUID.test(tenantId)) throw new TypeError('A tenant’s id must be a UUID.');
  return exportRows(database, KINDS, (kind) => `select r from export_project_rows('${tenantId}', '${kind}') r`);
}

const callBegin = statement('project_import_begin', 'select begin_project_import($1, $2)');
const callRows = statement<{ moved: [string, string][] | null }>(
  'project_import_rows',
  'select import_project_rows($1, $2, $3) as moved',
);
const callEnd = statement('project_import_end', 'select end_project_import($1)');

/**
 * Fills a tenant's projects from such lines, whose first one says who is who. All of it or nothing; a second import replaces
 * the first. Ids are new, so that a copy may stand beside its original. Answers how many rows there were. Throws
 * RowLinesError.
 */
export async function importProjects(
  database: Database,
  tenantId: string,
  body: ReadableStream<Uint8Array> | null,
): Promise<number> {
  const renamed = new Map<string, string>();
  return database.background.transaction(async (tx) => {
    await tx.script('set local statement_timeout = 0');
    const rows = await readRows(body, KINDS, {
      async begin(first) {
        const parsed = accountsSchema.safeParse(first);
        if (!parsed.success) throw new RowLinesError(1);
        await tx.run(callBegin, [tenantId, JSON.stringify(parsed.data.accounts)]);
      },
      async take(kind, given) {
        for (const { id } of given) if (typeof id === 'string' && UUID.test(id)) renamed.set(id, newIdLike(id));
        const taken = given.map((row) => rename(row, renamed) as Row);
        const answer = await tx.one(callRows, [tenantId, kind, JSON.stringify(taken)]);
        for (const [there, here] of answer?.moved ?? []) renamed.set(there, here);
      },
    });
    await tx.run(callEnd, [tenantId]);
    return rows;
  });
}

/** An id of the same moment (RFC 9562, version 7: all but the last 60 bits), so that lists by id keep their order. */
function newIdLike(id: string): string {
  const random = randomBytes(8).toString('hex');
  return `${id.slice(0, 20)}${random.slice(0, 3)}-${random.slice(3, 15)}`;
}

/** Wherever one of the ids stands as a string: in columns, in what a brief cites, in what the activity tells of. */
function rename(value: unknown, renamed: Map<string, string>): unknown {
  if (typeof value === 'string') return renamed.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => rename(item, renamed));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, rename(item, renamed)]));
}
