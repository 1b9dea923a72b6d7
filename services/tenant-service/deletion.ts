import { deleteTenant, Problem, restoreTenant } from '@alt/contracts';
import type { Database } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import { writeAudit } from './store/audit.ts';
import * as store from './store/tenants.ts';
import { refusePersonal, requireOwner } from './tenants.ts';

/** The end of a tenant, and its taking back while the grace lasts. Afterwards the upkeep removes it. */
export function deletionRoutes(database: Database, graceMs: number): Route[] {
  return [
    route(deleteTenant, async ({ reader, body, address }) => {
      const deletionAt = await database.asReader(reader, async (tx) => {
        await store.lockTenant(tx, reader.tenantId);
        const tenant = await store.readTenant(tx, reader.tenantId);
        refusePersonal(tenant, 'It goes with its account only.');
        await requireOwner(tx, reader);
        if (body.name.normalize('NFC').trim() !== tenant.name) {
          throw new Problem(
            'invalid-request',
            'Type the name of the tenant exactly as it is, so that the right one goes.',
          );
        }
        const at = await store.markForDeletion(tx, reader.tenantId, graceMs);
        await writeAudit(tx, { ...reader, address }, 'tenant-deletion-begun', { deletionAt: at });
        return at;
      });
      return { deletionAt: deletionAt.toISOString() };
    }),

    route(restoreTenant, async ({ reader, address }) => {
      await database.asReader(reader, async (tx) => {
        await store.lockTenant(tx, reader.tenantId);
        await requireOwner(tx, reader);
        if (!(await store.unmarkForDeletion(tx, reader.tenantId))) {
          throw new Problem('conflict', 'The tenant is not being deleted; there is nothing to take back.');
        }
        await writeAudit(tx, { ...reader, address }, 'tenant-deletion-taken-back');
      });
      return reply(204, undefined);
    }),
  ];
}
