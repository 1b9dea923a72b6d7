import {
  addDomain,
  joinTenant,
  listDomains,
  listJoinableTenants,
  Problem,
  removeDomain,
  updateDomain,
  verifyDomain,
} from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import type { LookUpTexts } from './dns.ts';
import { newDomainToken } from './domain-token.ts';
import { afterJoining } from './joining.ts';
import { publicMailDomains } from './mail-providers.ts';
import { writeAudit } from './store/audit.ts';
import * as store from './store/domains.ts';
import { lockTenant, readTenant } from './store/tenants.ts';
import { refusePersonal } from './tenants.ts';

const DOMAINS_MAXIMUM = 50;

/** Domains that a tenant proves by a TXT record, and joining by an address of one. */
export function domainRoutes(database: Database, lookUpTexts: LookUpTexts): Route[] {
  return [
    route(listDomains, ({ reader }) =>
      database.asReader(
        reader,
        async (tx) => ({ items: (await store.listDomains(tx, reader.tenantId)).map(present), nextCursor: null }),
        { isReadOnly: true },
      ),
    ),

    route(addDomain, ({ reader, body, address }) =>
      database.asReader(reader, async (tx) => {
        await lockTenant(tx, reader.tenantId);
        refusePersonal(await readTenant(tx, reader.tenantId), 'Make a team, and let others join that.');
        if (publicMailDomains.has(body.domain)) {
          throw new Problem('invalid-request', `Anybody gets an address at ${body.domain}. Add a domain of your own.`);
        }
        if ((await store.listDomains(tx, reader.tenantId)).length >= DOMAINS_MAXIMUM) {
          throw new Problem('limit-reached', `A tenant has at most ${DOMAINS_MAXIMUM} domains. Remove one first.`);
        }
        const row = await store.insertDomain(tx, reader.tenantId, { ...body, token: newDomainToken() });
        if (!row) throw new Problem('domain-taken', 'The tenant has this domain already.');
        await writeAudit(tx, { ...reader, address }, 'domain-added', { domain: body.domain, role: body.role });
        return reply(201, present(row));
      }),
    ),

    route(updateDomain, ({ reader, params, body, address }) =>
      database.asReader(reader, async (tx) => {
        if (!(await store.setDomainRole(tx, reader.tenantId, params.id, body.role))) throw unknown();
        await writeAudit(tx, { ...reader, address }, 'domain-changed', { id: params.id, role: body.role });
        return present(await mustRead(tx, reader, params.id));
      }),
    ),

    route(verifyDomain, async ({ reader, params, address }) => {
      const domain = await database.asReader(reader, (tx) => mustRead(tx, reader, params.id), { isReadOnly: true });
      // Not in a transaction: a name server may take its time.
      const isFound = await hasRecord(lookUpTexts, domain);
      return database.asReader(reader, (tx) => noteVerification(tx, { ...reader, address }, domain, isFound));
    }),

    route(removeDomain, async ({ reader, params, address }) => {
      await database.asReader(reader, async (tx) => {
        const domain = await store.removeDomain(tx, reader.tenantId, params.id);
        if (domain === null) throw unknown();
        await writeAudit(tx, { ...reader, address }, 'domain-removed', { domain });
      });
      return reply(204, undefined);
    }),

    route(listJoinableTenants, ({ reader }) =>
      database.asReader(reader, async (tx) => ({ items: await store.listJoinable(tx), nextCursor: null })),
    ),

    route(joinTenant, async ({ reader, body, address }) =>
      afterJoining(await database.asReader(reader, (tx) => store.joinByDomain(tx, body.domain, address)), {
        unknown: unknownTenant,
        over: unknownTenant,
      }),
    ),
  ];
}

/** Whether a domain has its record; null where the DNS cannot be asked. */
export async function hasRecord(
  lookUpTexts: LookUpTexts,
  domain: { domain: string; token: string },
): Promise<boolean | null> {
  const { name, value } = recordOf(domain);
  const texts = await lookUpTexts(name);
  return texts?.some((text) => text.trim() === value) ?? null;
}

function recordOf({ domain, token }: { domain: string; token: string }) {
  return { name: `_alt.${domain}`, value: `alt-verification=${token}` };
}

async function noteVerification(
  tx: Queryable,
  actor: Reader & { address: string },
  domain: store.DomainRow,
  isFound: boolean | null,
) {
  const { name, value } = recordOf(domain);
  if (isFound === null) {
    throw new Problem('unavailable', `The DNS does not answer for ${name} just now. Try again in a moment.`);
  }
  if (!isFound) {
    throw new Problem(
      'domain-unverified',
      `There is no TXT record ${name} with the text ${value} yet. New records take minutes to hours to be seen.`,
    );
  }
  const outcome = await store.confirmDomain(tx, domain.id);
  if (outcome === 'not-found') throw unknown();
  if (outcome === 'domain-taken') {
    throw new Problem(
      'domain-taken',
      'Another tenant has proven this domain. Whoever runs the domain removes its record first.',
    );
  }
  await writeAudit(tx, actor, 'domain-verified', { domain: domain.domain });
  return present(await mustRead(tx, actor, domain.id));
}

async function mustRead(tx: Queryable, { tenantId }: Reader, id: string): Promise<store.DomainRow> {
  const row = await store.readDomain(tx, tenantId, id);
  if (!row) throw unknown();
  return row;
}

function present(row: store.DomainRow) {
  const { id, domain, role, verifiedAt, lostAt, checkedAt } = row;
  const state = lostAt ? ('lost' as const) : verifiedAt ? ('verified' as const) : ('unverified' as const);
  return {
    id,
    domain,
    role,
    state,
    verifiedAt: verifiedAt?.toISOString() ?? null,
    checkedAt: checkedAt?.toISOString() ?? null,
    record: recordOf(row),
  };
}

function unknown(): Problem {
  return new Problem('not-found', 'The tenant has no such domain.');
}

function unknownTenant(): Problem {
  return new Problem('not-found', 'No tenant can be joined by this domain and your confirmed e-mail address.');
}
