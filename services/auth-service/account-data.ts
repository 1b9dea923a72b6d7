import { deleteAccount, exportAccount, Problem, type ResponseOf, type Role } from '@alt/contracts';
import { type Database, type Queryable, statement } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { readUser } from './accounts.ts';
import { type Dependencies, setCookie } from './dependencies.ts';
import { listReaderKeys } from './keys.ts';
import { toPasskey } from './passkey-routes.ts';
import { listLiveSessions } from './session-store.ts';
import { toListedSession } from './sessions.ts';
import { readSignOn, type SignOnRow } from './single-sign-on/store.ts';
import { writeAudit } from './store.ts';

/** More than anybody looks through; a guard for the answer's size. */
const MAXIMUM_LINES = 10_000;

/** Taking along what is kept about oneself, and leaving. */
export function dataRoutes(dependencies: Dependencies): Route[] {
  return [
    route(exportAccount, async ({ reader, address }) => {
      const { userId, tenantId } = reader;
      const exported = await collect(dependencies, reader);
      await writeAudit(dependencies.database, { action: 'account-exported', userId, tenantId, address });
      return reply(200, exported, { 'content-disposition': 'attachment; filename="alt-account.json"' });
    }),
    route(deleteAccount, async ({ reader, address }) => {
      await removeAccount(dependencies, reader, address);
      return reply(204, undefined, setCookie(dependencies, ''));
    }),
  ];
}

async function collect(dependencies: Dependencies, reader: Reader): Promise<ResponseOf<typeof exportAccount>> {
  const { database, provider } = dependencies;
  const { hasTotp, recoveryCodesLeft, emailVerifiedAt } = await provider.describe(reader);
  const [user, apiKeys, appPasswords, passkeys, rows] = await Promise.all([
    readUser(dependencies, reader),
    listReaderKeys(database, reader, 'api-key'),
    listReaderKeys(database, reader, 'app-password'),
    provider.passkeys.list(reader),
    readOwnRows(database, reader),
  ]);
  return {
    exportedAt: new Date().toISOString(),
    user,
    emailVerifiedAt: emailVerifiedAt?.toISOString() ?? null,
    ...rows,
    apiKeys: apiKeys.items,
    appPasswords: appPasswords.items,
    passkeys: passkeys.map(toPasskey),
    hasTotp,
    recoveryCodesLeft,
  };
}

function readOwnRows(database: Database, reader: Reader) {
  const { userId, sessionId } = reader;
  const everything = { beforeId: null, limit: MAXIMUM_LINES };
  return database.asReader(
    reader,
    async (tx) => ({
      memberships: (await tx.all(membershipsStatement)).map(({ tenant_id, name, role, is_personal, created_at }) => ({
        tenantId: tenant_id,
        tenantName: name,
        role,
        isPersonal: is_personal,
        since: created_at.toISOString(),
      })),
      singleSignOn: toExported(await readSignOn(tx, userId)),
      sessions: (await listLiveSessions(tx, userId, everything)).map((row) => toListedSession(row, sessionId)),
      auditLog: (await tx.all(auditStatement, [userId, MAXIMUM_LINES])).map(({ at, tenant_id, ...line }) => ({
        at: at.toISOString(),
        tenantId: tenant_id,
        ...line,
      })),
    }),
    { isReadOnly: true },
  );
}

function toExported(row: SignOnRow | null) {
  if (!row) return null;
  const { issuer, subject, email, created_at } = row;
  return { issuer, subject, email, since: created_at.toISOString() };
}

/** Refuses where others would be left without an owner; the triggers of the outbox tell the other services. */
async function removeAccount({ database, provider }: Dependencies, reader: Reader, address: string): Promise<void> {
  const { userId, tenantId } = reader;
  const removal = await provider.removal(reader);
  await database.asReader(reader, async (tx) => {
    const { outcome, tenants } = await removeOwnAccount(tx);
    if (outcome === 'only-owner') {
      const sentence =
        'You are the only owner of tenants that have other members. Hand them over, or delete them, first.';
      throw new Problem('conflict', sentence, { extra: { tenants } });
    }
    if (outcome === 'instance-owner') {
      throw new Problem('conflict', 'You look after this Alt, and others have accounts on it. Remove those first.');
    }
    await writeAudit(tx, { action: 'account-removed', userId, tenantId, address });
    await removal(tx);
  });
}

interface Removal {
  outcome: 'removed' | 'only-owner' | 'instance-owner';
  tenants: { id: string; name: string }[] | null;
}

async function removeOwnAccount(tx: Queryable): Promise<Removal> {
  const row = await tx.one(removeStatement);
  if (!row) throw new Error('remove_own_account answered nothing');
  return row;
}

const removeStatement = statement<Removal>('auth_remove_own_account', 'select * from remove_own_account()');

const membershipsStatement = statement<{
  tenant_id: string;
  name: string;
  role: Role;
  is_personal: boolean;
  created_at: Date;
}>('auth_own_memberships', 'select tenant_id, name, role, is_personal, created_at from own_memberships()');

type ExportedLine = ResponseOf<typeof exportAccount>['auditLog'][number];

const auditStatement = statement<{ at: Date; tenant_id: string | null } & Omit<ExportedLine, 'at' | 'tenantId'>>(
  'auth_own_audit_lines',
  'select at, action, tenant_id, address, detail from audit_log where account_id = $1 order by at desc limit $2',
);
