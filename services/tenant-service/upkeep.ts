import type { Database } from '@alt/database';
import type { Logger } from '@alt/service-kit';
import type { LookUpTexts } from './dns.ts';
import { hasRecord } from './domains.ts';
import { writeAudit } from './store/audit.ts';
import * as domains from './store/domains.ts';
import { removeDueTenant } from './store/tenants.ts';

/** No account: what happens by itself. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Removes tenants whose grace is over, and looks whether proven domains still have their records. */
export async function keepUp(database: Database, lookUpTexts: LookUpTexts, log: Logger): Promise<void> {
  for (let id = await removeDueTenant(database); id !== null; id = await removeDueTenant(database)) {
    log.info({ tenant: id }, 'a tenant was removed, as its owner had asked');
  }
  for (;;) {
    const due = await domains.claimDomainCheck(database);
    if (!due) return;
    await checkDomain(database, lookUpTexts, due);
  }
}

/** A DNS that does not answer proves nothing; the domain is looked for again in an hour. */
async function checkDomain(
  database: Database,
  lookUpTexts: LookUpTexts,
  due: { id: string; tenantId: string; domain: string; token: string },
): Promise<void> {
  const isFound = await hasRecord(lookUpTexts, due);
  if (isFound === null) return;
  const { id, tenantId, domain } = due;
  await database.asReader({ userId: NOBODY, tenantId }, async (tx) => {
    if (isFound) {
      await domains.confirmDomain(tx, id);
    } else if (await domains.missDomain(tx, tenantId, id)) {
      await writeAudit(tx, { userId: null, tenantId, address: '' }, 'domain-lost', { domain });
    }
  });
}
