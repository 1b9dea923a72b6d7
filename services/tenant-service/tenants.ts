import {
  type BodyOf,
  createTenant,
  listMyTenants,
  Problem,
  readCurrentTenant,
  updateCurrentTenant,
} from '@alt/contracts';
import { type Database, type Queryable, sqlState } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import type { Config } from './config.ts';
import { decodeId, toPage } from './cursor.ts';
import { changedSettings, checkVersion, etagOf, settingsOf } from './settings.ts';
import { type Actor, writeAudit } from './store/audit.ts';
import { readMember } from './store/members.ts';
import * as store from './store/tenants.ts';

const UNIQUE_VIOLATION = '23505';

/** The reader's tenants, and the one in which they are. */
export function tenantRoutes(database: Database, config: Config): Route[] {
  return [
    route(listMyTenants, ({ reader, query }) =>
      database.asReader(reader, (tx) => listPage(tx, reader, query), { isReadOnly: true }),
    ),
    route(createTenant, async ({ reader, body, address }) =>
      reply(201, await createTeam(database, config, reader, body, address)),
    ),
    route(readCurrentTenant, ({ reader }) =>
      database.asReader(reader, (tx) => presentCurrent(tx, reader), { isReadOnly: true }),
    ),
    route(updateCurrentTenant, ({ reader, body, request, address }) =>
      namesOnce(() =>
        database.asReader(reader, async (tx) => {
          await changeCurrent(tx, { ...reader, address }, body, request);
          return presentCurrent(tx, reader);
        }),
      ),
    ),
  ];
}

/** Throws where the tenant is somebody's own one. */
export function refusePersonal({ isPersonal }: { isPersonal: boolean }, sentence: string): void {
  if (isPersonal) throw new Problem('personal-tenant', `This is a personal tenant. ${sentence}`);
}

/** What was an owner a moment ago may be none any more: the token is some seconds old, the row is locked. */
export async function requireOwner(tx: Queryable, { tenantId, userId }: Reader): Promise<void> {
  const me = await readMember(tx, tenantId, userId);
  if (me?.role !== 'owner') throw new Problem('forbidden', 'Only the owner of the tenant may do this.');
}

async function listPage(tx: Queryable, reader: Reader, query: { cursor?: string | undefined; limit: number }) {
  const rows = await store.listOwnTenants(tx, decodeId(query.cursor), query.limit + 1);
  return toPage(
    rows,
    query.limit,
    (row) => presentOwn(row, reader),
    ({ id }) => id,
  );
}

async function createTeam(
  database: Database,
  { plan, teamsPerAccount }: Config,
  reader: Reader,
  body: BodyOf<typeof createTenant>,
  address: string,
) {
  const { name } = body;
  const slug = body.slug ?? null;
  const wish = { name, slug, plan, maximum: teamsPerAccount, address };
  const { outcome, id } = await namesOnce(() => database.asReader(reader, (tx) => store.createTeam(tx, wish)));
  if (outcome === 'name-taken') throw slugTaken();
  if (outcome === 'limit-reached') {
    throw new Problem(
      'limit-reached',
      `You own ${teamsPerAccount} teams already. Transfer or delete one before you make another.`,
    );
  }
  const made = { id, name, slug, isPersonal: false, role: 'owner' as const, isCurrent: false, memberCount: 1 };
  return { ...made, suspendedAt: null, deletionAt: null };
}

async function changeCurrent(
  tx: Queryable,
  actor: Actor,
  body: BodyOf<typeof updateCurrentTenant>,
  request: Request,
): Promise<void> {
  await store.lockTenant(tx, actor.tenantId);
  const present = await store.readTenant(tx, actor.tenantId);
  checkVersion(request, present.version);
  await store.updateTenant(tx, actor.tenantId, {
    name: body.name ?? present.name,
    slug: body.slug === undefined ? present.slug : body.slug,
    settings: changedSettings(settingsOf(present.settings), body.settings?.invitations ?? {}),
  });
  await writeAudit(tx, actor, 'tenant-changed', { changes: Object.keys(body) });
}

function presentOwn(row: store.OwnTenantRow, reader: Reader) {
  return {
    ...row,
    isCurrent: row.id === reader.tenantId,
    suspendedAt: row.suspendedAt?.toISOString() ?? null,
    deletionAt: row.deletionAt?.toISOString() ?? null,
  };
}

async function presentCurrent(tx: Queryable, reader: Reader) {
  const { limits: _limits, ...row } = await store.readTenant(tx, reader.tenantId);
  const tenant = {
    ...row,
    role: reader.role,
    settings: settingsOf(row.settings),
    suspendedAt: row.suspendedAt?.toISOString() ?? null,
    deletionAt: row.deletionAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
  return reply(200, tenant, { etag: etagOf(row.version) });
}

/** Two that take the same short name at once: the database lets one. */
async function namesOnce<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sqlState(error) === UNIQUE_VIOLATION ? slugTaken() : error;
  }
}

function slugTaken(): Problem {
  return new Problem('name-taken', 'This short name is taken. Choose another one, or none.');
}
