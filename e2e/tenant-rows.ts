import { createHash } from 'node:crypto';
import { type Database, statement } from '@alt/database';

/** Rows by table; each is a text in which ids have given way to what they name. */
export type NamedRows = Record<string, string[]>;

type Row = Record<string, unknown>;

interface Table {
  name: string;
  columns: string[];
  key: string[];
  references: { columns: string[]; table: string; targets: string[] }[];
}

/** How a row says whose it is: by the first of these columns that its table has, which names a tenant or a row of this table. */
const BELONGING: readonly (readonly [column: string, table: string | null])[] = [
  ['tenant_id', null],
  ['reader_id', 'readers'],
  ['project_id', 'projects'],
  ['folder_id', 'folders'],
  ['label_id', 'labels'],
  ['job_id', 'project_jobs'],
];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Ids without a foreign key. */
const NAMED_SO: Readonly<Record<string, string>> = {
  article_id: 'articles',
  folded_into: 'articles',
  feed_id: 'feeds',
  reader_id: 'readers',
};

const catalogue = statement<Table>(
  'rows_catalogue',
  `select c.relname as name,
     array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum) as columns,
     coalesce((select array_agg(a.attname::text) from pg_constraint k join pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey)
       where k.conrelid = c.oid and k.contype = 'p'), '{}') as key,
     coalesce((select jsonb_agg(jsonb_build_object('table', k.confrelid::regclass::text,
         'columns', (select jsonb_agg(a.attname order by n) from unnest(k.conkey) with ordinality u (num, n) join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num),
         'targets', (select jsonb_agg(a.attname order by n) from unnest(k.confkey) with ordinality u (num, n) join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num)))
       from pg_constraint k where k.conrelid = c.oid and k.contype = 'f'), '[]') as "references"
   from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
);

/** The tables of a database in which a row says to which tenant it belongs, and how. */
export async function tablesOfTenants(database: Database): Promise<(Table & { condition: string })[]> {
  const tables = await database.all(catalogue);
  const names = new Set(tables.map(({ name }) => name));
  return tables.flatMap((table) => {
    if (table.name === 'tenants') return [{ ...table, condition: 'id = $1' }];
    const found = BELONGING.find(([column, of]) => table.columns.includes(column) && (of === null || names.has(of)));
    if (!found) return [];
    const [column, of] = found;
    const condition = of === null ? `${column} = $1` : `${column} in (select id from ${of} where tenant_id = $1)`;
    return [{ ...table, condition }];
  });
}

/** How many rows each table has of a tenant; of those that have some. */
export async function countRows(database: Database, tenantId: string): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of await tablesOfTenants(database)) {
    const count = (await rowsOf(database, table, tenantId)).length;
    if (count > 0) counts[table.name] = count;
  }
  return counts;
}

export interface NamingOptions {
  /** Names of accounts by their ids. Of accounts that are not in it rows of their own are left out, and they are nobody elsewhere. */
  people: ReadonlyMap<string, string>;
  /** What is not compared: `table`, or `table.column`. */
  without: Iterable<string>;
}

/** All that `alt` keeps of a tenant. */
export async function namedRows(database: Database, tenantId: string, options: NamingOptions): Promise<NamedRows> {
  const ofTenants = await tablesOfTenants(database);
  const tables = new Map(ofTenants.map((table) => [table.name, table]));
  const rows = new Map<string, Row[]>();
  for (const table of ofTenants) rows.set(table.name, await rowsOf(database, table, tenantId));
  for (const name of ['feeds', 'articles']) rows.set(name, await allOf(database, name));
  const naming = createNaming({ tables, rows, tenantId, options });
  const without = new Set(options.without);
  const named: NamedRows = {};
  for (const [name, list] of rows) {
    if (name === 'articles' || without.has(name)) continue;
    const own = list.filter((row) => (name === 'feeds' ? row.tenant_id === tenantId : naming.isPresent(name, row)));
    if (own.length > 0) named[name] = own.map((row) => naming.textOf(name, row)).toSorted();
  }
  return named;
}

function createNaming({
  tables,
  rows,
  tenantId,
  options,
}: {
  tables: Map<string, Table>;
  rows: Map<string, Row[]>;
  tenantId: string;
  options: NamingOptions;
}) {
  const { people } = options;
  const without = new Set(options.without);
  const names = new Map<Row, string>();
  const byId = new Map<string, { table: string; row: Row }>();
  for (const [table, list] of rows)
    for (const row of list) if (row.id !== undefined) byId.set(`${table} ${row.id}`, { table, row });
  const byUuid = new Map(
    [...byId.values()].filter(({ row }) => typeof row.id === 'string').map((found) => [String(found.row.id), found]),
  );
  const readers = new Map((rows.get('readers') ?? []).map((row) => [row.id, String(row.user_id)]));

  const nameOfId = (table: string, id: unknown): unknown => {
    const found = byId.get(`${table} ${id}`);
    return found ? nameOf(table, found.row) : `no ${table} ${id}`;
  };
  const nameOf = (table: string, row: Row): string | null => {
    if (table === 'tenants') return 'the tenant';
    if (table === 'readers') return people.get(String(row.user_id)) ?? null;
    if (table === 'feeds') return `feed ${row.url} ${row.credential ?? ''}`;
    if (table === 'articles') return `article ${row.identity} of ${nameOfId('feeds', row.feed_id)}`;
    if (table === 'folders' && !isPresent(table, row)) return null;
    const present = names.get(row);
    if (present) return present;
    names.set(row, `${table} in a circle`);
    const name = `${table} ${createHash('sha256').update(textOf(table, row)).digest('hex').slice(0, 12)}`;
    names.set(row, name);
    return name;
  };
  const isPresent = (table: string, row: Row): boolean => {
    if (table === 'readers') return people.has(String(row.user_id));
    // A source of a project is what lies with whoever added it.
    const owners = ['reader_id', 'owner_id', ...(table === 'project_sources' ? ['added_by'] : [])];
    return owners.every((column) => {
      const account = readers.get(row[column]);
      return account === undefined || people.has(account);
    });
  };
  const textOf = (table: string, row: Row): string => {
    const { key = [], references = [] } = tables.get(table) ?? {};
    const named: Row = {};
    for (const [column, value] of Object.entries(row)) {
      if (without.has(`${table}.${column}`) || (column === 'id' && key.length === 1)) continue;
      named[column] = insideOf(value, column);
    }
    const targets = [
      ...references.map(
        ({ columns, table: target, targets: there }) => [columns[there.indexOf('id')], target] as const,
      ),
      ...Object.entries(NAMED_SO),
    ];
    for (const [column, target] of targets) {
      if (column === undefined || !(column in named)) continue;
      const value = row[column];
      named[column] = value === null || (typeof value === 'number' && value < 0) ? value : nameOfId(target, value);
    }
    return JSON.stringify(Object.fromEntries(Object.entries(named).toSorted(([a], [b]) => (a < b ? -1 : 1))));
  };
  /** Documents name rows by ids too: uuids, articles by their numbers as text, labels of rules by theirs, queries feeds. */
  const insideOf = (value: unknown, key: string): unknown => {
    if (key === 'labelIds' && !Array.isArray(value)) return nameOfId('labels', value);
    if (Array.isArray(value)) return value.map((item) => insideOf(item, key));
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, insideOf(item, name)]));
    }
    if (typeof value !== 'string') return value;
    if (key === 'query') return value.replace(/feed:#(\d+)/g, (_, id: string) => `feed:<${nameOfId('feeds', id)}>`);
    if (/articleIds?$/.test(key)) return nameOfId('articles', value);
    if (value === tenantId) return 'the tenant';
    if (people.has(value)) return people.get(value);
    const found = byUuid.get(value);
    if (found && isPresent(found.table, found.row)) return nameOf(found.table, found.row);
    return UUID.test(value) ? 'what was left out' : value;
  };
  return { isPresent, textOf };
}

async function rowsOf(
  database: Database,
  { name, condition }: { name: string; condition: string },
  tenantId: string,
): Promise<Row[]> {
  const found = statement<{ row: Row }>(
    `rows_of_${name}`,
    `select to_jsonb(t) as row from ${name} t where ${condition}`,
  );
  return (await database.all(found, [tenantId])).map(({ row }) => row);
}

async function allOf(database: Database, table: string): Promise<Row[]> {
  const all = statement<{ row: Row }>(`rows_all_${table}`, `select to_jsonb(t) as row from ${table} t`);
  return (await database.all(all)).map(({ row }) => row);
}
