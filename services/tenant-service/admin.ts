import { createHash } from 'node:crypto';
import { type AnyTenant, type LimitOverrides, plans } from '@alt/contracts';
import { type Database, type Queryable, statement } from '@alt/database';
import { inPieces } from './archive/exporting.ts';
import { everyTenantColumns } from './store/tenants.ts';

/** A wish of the operator's that cannot be done; the message is a sentence for the terminal. */
export class TenantAdminError extends Error {
  override readonly name = 'TenantAdminError';
}

/** A tenant as the operator sees it. */
export type ListedTenant = Omit<AnyTenant, 'createdAt' | 'suspendedAt' | 'deletionAt'> & {
  createdAt: Date;
  suspendedAt: Date | null;
  deletionAt: Date | null;
};

// `database` is `auth` as `alt_admin`, which speaks for no reader.

const listStatement = statement<ListedTenant>(
  'admin_tenants',
  `select ${everyTenantColumns} from every_tenant($1, $2, $3)`,
);
const PAGE = 500;

/** All tenants, in the order in which they were made. */
export async function* everyTenant(database: Queryable): AsyncGenerator<ListedTenant> {
  let after: string | null = null;
  for (;;) {
    const page: ListedTenant[] = await database.all(listStatement, [null, after, PAGE]);
    yield* page;
    after = page.at(-1)?.id ?? null;
    if (page.length < PAGE) return;
  }
}

const findStatement = statement<{ id: string | null }>('admin_find_tenant', 'select find_tenant($1) as id');

/** A tenant by its id or its short name. Throws TenantAdminError. */
export async function findTenant(database: Queryable, reference: string): Promise<ListedTenant> {
  const id = (await database.one(findStatement, [reference]))?.id;
  const tenant = id ? await database.one(listStatement, [id, null, 1]) : null;
  if (!tenant) throw new TenantAdminError(`There is no tenant "${reference}". Give its id or its short name.`);
  return tenant;
}

const accountStatement = statement<{ id: string }>('admin_account', 'select id from accounts where email = lower($1)');

async function findAccount(database: Queryable, email: string): Promise<string> {
  const account = await database.one(accountStatement, [email]);
  if (!account) throw new TenantAdminError(`There is no account ${email}. Make one: npm run alt -- user add ${email}`);
  return account.id;
}

const makeStatement = statement<{ outcome: string; id: string }>(
  'admin_make_team',
  `select outcome, tenant_id as id from make_team($1, $2, $3, $4, $5, 2147483647, '')`,
);

/** Makes a team, however many its owner has. Throws TenantAdminError. */
export async function addTeam(
  database: Queryable,
  {
    name,
    slug = null,
    owner,
    plan = 'unlimited',
  }: { name: string; slug?: string | null; owner: string; plan?: string },
): Promise<string> {
  const values = [await findAccount(database, owner), name, slug, plan, JSON.stringify(plans)];
  const made = await database.one(makeStatement, values);
  if (made?.outcome === 'name-taken') throw new TenantAdminError(`The short name ${slug} is taken.`);
  if (made?.outcome !== 'created') throw new TenantAdminError('The team could not be made.');
  return made.id;
}

const administerStatement = statement('admin_administer', `select administer_tenant($1, $2, $3, $4, $5, $6, null, '')`);

/** Changes how a tenant stands; what is left out stays as it is. */
export async function administer(
  database: Queryable,
  tenantId: string,
  {
    isSuspended,
    reason,
    plan,
    limits,
  }: { isSuspended?: boolean; reason?: string; plan?: string; limits?: LimitOverrides },
): Promise<void> {
  const overrides = limits ? JSON.stringify(limits) : null;
  const change = [isSuspended ?? null, reason ?? null, plan ?? null, overrides, JSON.stringify(plans)];
  await database.one(administerStatement, [tenantId, ...change]);
}

const removeStatement = statement<{ done: boolean }>('admin_remove', `select remove_tenant($1, 'operator') as done`);

/** Removes a team at once and for good. Throws TenantAdminError for a personal one. */
export async function removeTenant(database: Queryable, tenantId: string): Promise<void> {
  if ((await database.one(removeStatement, [tenantId]))?.done) return;
  throw new TenantAdminError('A personal tenant goes with its account only.');
}

// Archives are made and read by the running tenant-service; here they are asked for and carried.

const exportStatement = statement<{ id: string }>(
  'admin_export',
  `insert into tenant_jobs (kind, tenant_id, account_id, state)
   select 'export', tenant_id, account_id, 'queued' from memberships where tenant_id = $1 and role = 'owner'
   order by created_at limit 1 on conflict do nothing returning id`,
);

/** Begins an export in the name of an owner. Throws TenantAdminError where one is under way. */
export async function beginExport(database: Queryable, tenantId: string): Promise<string> {
  const job = await database.one(exportStatement, [tenantId]);
  if (!job) throw new TenantAdminError('An export of this tenant is under way. Wait until it is done.');
  return job.id;
}

const importStatement = statement<{ id: string }>(
  'admin_import',
  `insert into tenant_jobs (kind, account_id, state) values ('import', $1, 'uploading') on conflict do nothing returning id`,
);
const pieceStatement = statement(
  'admin_piece',
  'insert into tenant_job_pieces (job_id, position, bytes) values ($1, $2, $3)',
);
const queueStatement = statement(
  'admin_queue',
  `update tenant_jobs set state = 'queued', digest = $2, size_bytes = $3 where id = $1`,
);

/** Begins an import for an account, which becomes the owner. Throws TenantAdminError. */
export async function beginImport(
  database: Database,
  owner: string,
  bytes: AsyncIterable<Uint8Array>,
): Promise<string> {
  const accountId = await findAccount(database, owner);
  return database.transaction(async (tx) => {
    const job = await tx.one(importStatement, [accountId]);
    if (!job) throw new TenantAdminError('An import of this account is under way. Wait until it is done.');
    const hash = createHash('sha256');
    let [size, position] = [0, 0];
    for await (const piece of inPieces(bytes)) {
      hash.update(piece);
      await tx.run(pieceStatement, [job.id, position, piece]);
      size += piece.length;
      position += 1;
    }
    await tx.run(queueStatement, [job.id, hash.digest(), size]);
    return job.id;
  });
}

const jobStatement = statement<{
  state: string;
  step: string;
  rows: number;
  remarks: string[];
  error: string | null;
  tenantId: string | null;
  attempts: number;
}>(
  'admin_job',
  'select state, step, rows, remarks, error, tenant_id as "tenantId", attempts from tenant_jobs where id = $1',
);

export function readJob(database: Queryable, id: string) {
  return database.one(jobStatement, [id]);
}

const readPieceStatement = statement<{ bytes: Buffer }>(
  'admin_read_piece',
  'select bytes from tenant_job_pieces where job_id = $1 and position = $2',
);

/** The file of an export that is done. */
export async function* readFile(database: Queryable, jobId: string): AsyncGenerator<Buffer> {
  for (let position = 0; ; position += 1) {
    const piece = await database.one(readPieceStatement, [jobId, position]);
    if (!piece) return;
    yield piece.bytes;
  }
}
