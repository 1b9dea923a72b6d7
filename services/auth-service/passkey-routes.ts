import { beginPasskey, createPasskey, deletePasskey, listPasskeys, Problem, renamePasskey } from '@alt/contracts';
import { type Route, reply, route } from '@alt/service-kit';
import type { Dependencies } from './dependencies.ts';
import type { PasskeyRow } from './providers/provider.ts';
import { writeAudit } from './store.ts';
import { lockWaysIn, refuseLastWayIn } from './ways-in.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The passkeys of an account. */
export function passkeyRoutes(dependencies: Dependencies): Route[] {
  const { database, provider } = dependencies;
  const { passkeys } = provider;
  return [
    route(listPasskeys, async ({ reader }) => ({
      items: (await passkeys.list(reader)).map(toPasskey),
      nextCursor: null,
    })),
    route(beginPasskey, async ({ reader }) => ({ ...(await passkeys.registrationOptions(reader)) })),
    route(createPasskey, async ({ reader, body, address }) => {
      const { userId, tenantId } = reader;
      const change = await passkeys.add(reader, body);
      const row = await database.asReader(reader, async (tx) => {
        const added = await change(tx);
        const detail = { passkeyId: added.id, name: added.name };
        await writeAudit(tx, { action: 'passkey-added', userId, tenantId, address, detail });
        return added;
      });
      return reply(201, toPasskey(row));
    }),
    route(renamePasskey, async ({ reader, params, body }) => {
      checkId(params.id);
      const row = await database.asReader(reader, await passkeys.rename(reader, params.id, body.name));
      if (!row) throw noSuchPasskey();
      return toPasskey(row);
    }),
    route(deletePasskey, async ({ reader, params, address }) => {
      checkId(params.id);
      const { userId, tenantId } = reader;
      const change = await passkeys.remove(reader, params.id);
      await database.asReader(reader, async (tx) => {
        await lockWaysIn(tx, userId);
        const detail = { passkeyId: params.id };
        await writeAudit(tx, { action: 'passkey-removed', userId, tenantId, address, detail });
        if (!(await change(tx))) throw noSuchPasskey();
        await refuseLastWayIn(tx, provider, reader);
      });
      return reply(204, undefined);
    }),
  ];
}

export function toPasskey({ id, name, created_at, last_used_at }: PasskeyRow) {
  return { id, name, createdAt: created_at.toISOString(), lastUsedAt: last_used_at?.toISOString() ?? null };
}

function checkId(id: string): void {
  if (!UUID.test(id)) throw noSuchPasskey();
}

function noSuchPasskey(): Problem {
  return new Problem('not-found', 'There is no such passkey.');
}
