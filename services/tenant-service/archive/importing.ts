import { randomBytes } from 'node:crypto';
import { Problem } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { newDomainToken } from '../domain-token.ts';
import * as store from '../store/archives.ts';
import * as jobs from '../store/jobs.ts';
import { ArchiveError, type ArchiveRecord, parse, readArchive } from './format.ts';
import { type Keeper, sendRows } from './keepers.ts';
import {
  auditRow,
  type DomainRow,
  domainRow,
  type InvitationRow,
  invitationRow,
  type MemberRow,
  memberRow,
  type TenantRow,
  tenantRow,
} from './rows.ts';
import { type ArchiveTools, FinalError, piecesOf, type Work } from './work.ts';

const LINES_AT_ONCE = 500;
/** Of members, invitations and domains, which are read before anything is written. */
const ROWS_MAXIMUM = 100_000;
const PLACEHOLDER_DAYS = 30;

/** The parts of an archive that are small; the others are read again when their turn comes. */
interface Contents {
  tenant: TenantRow;
  members: MemberRow[];
  invitations: InvitationRow[];
  domains: DomainRow[];
  /** The services of which there is a part. */
  keepers: string[];
  rows: number;
  remarks: string[];
}

/**
 * Makes a tenant of an archive: reads and checks all of it first, then writes the part of this database in one transaction,
 * then gives the other services theirs. Begun again after a crash it goes on where that transaction ended.
 */
export async function importTenant(tools: ArchiveTools, work: Work): Promise<void> {
  const { database } = tools;
  const { job, worker, reader, progress } = work;
  progress.step = 'check';
  const contents = await readContents(records(tools, work), progress);
  const remarks = [...contents.remarks];
  let { tenantId } = job;
  if (tenantId === null) {
    progress.step = 'tenant';
    tenantId = await store.newTenantId(database);
    remarks.push(...(await writeTenant(tools, work, contents, tenantId)));
  }
  const accounts = await whoIsWho(tools, work, contents, tenantId);
  for (const keeper of tools.keepers.filter(({ name }) => contents.keepers.includes(name))) {
    progress.step = keeper.name;
    await restorePart(tools, work, keeper, { tenantId, accounts });
  }
  await database.asReader(reader, (tx) => jobs.finishJob(tx, { id: job.id, worker, rows: contents.rows, remarks }));
}

function records({ database, importMaximumBytes }: ArchiveTools, { reader, job, signal }: Work) {
  return readArchive(piecesOf(database, reader, job.id, signal), importMaximumBytes);
}

/** Reads an archive to its end; whatever is wrong with it shows here, before anything is written. Throws ArchiveError. */
async function readContents(archive: AsyncIterable<ArchiveRecord>, progress: Work['progress']): Promise<Contents> {
  const contents: Omit<Contents, 'tenant'> & { tenant: TenantRow | null } = {
    tenant: null,
    members: [],
    invitations: [],
    domains: [],
    keepers: [],
    rows: 0,
    remarks: [],
  };
  const readers: Record<string, (row: string) => void> = {
    tenant: (row) => {
      contents.tenant = parse(tenantRow, row);
    },
    members: (row) => void contents.members.push(parse(memberRow, row)),
    invitations: (row) => void contents.invitations.push(parse(invitationRow, row)),
    domains: (row) => void contents.domains.push(parse(domainRow, row)),
    audit: (row) => void parse(auditRow, row),
  };
  for await (const record of archive) {
    if (record.kind === 'manifest') {
      contents.remarks = record.manifest.remarks.map((sentence) => sentence.slice(0, 500)).slice(0, 50);
      contents.keepers = record.manifest.parts.map(({ name }) => name);
    }
    if (record.kind !== 'row') continue;
    readers[record.part]?.(record.row);
    contents.rows += 1;
    progress.rows = contents.rows;
    if (contents.members.length + contents.invitations.length + contents.domains.length > ROWS_MAXIMUM) {
      throw new ArchiveError('The archive has more members, invitations and domains than can be imported.');
    }
  }
  const { tenant } = contents;
  if (!tenant) throw new ArchiveError('The archive holds no tenant. Export the tenant again.');
  return { ...contents, tenant };
}

/** Everything of this database in one transaction. Answers sentences about what is not as it was. */
async function writeTenant(tools: ArchiveTools, work: Work, contents: Contents, tenantId: string): Promise<string[]> {
  const { job, reader } = work;
  const { tenant, members } = contents;
  const wasOwner = members.some(({ accountId, role }) => accountId === job.accountId && role === 'owner');
  const remarks: string[] = [];
  await tools.database.asReader({ ...reader, tenantId }, async (tx) => {
    const wish = { id: tenantId, from: tenant, wasOwner, plan: tools.plan, maximum: tools.teamsPerAccount };
    const made = await store.makeImportedTenant(tx, job.id, wish);
    if (made.outcome === 'limit-reached') {
      throw new FinalError(
        `You own ${tools.teamsPerAccount} teams already. Transfer or delete one, then import again.`,
      );
    }
    if (made.outcome !== 'created') throw new FinalError('The import is gone. Upload the archive again.');
    if (tenant.slug && !made.hasSlug)
      remarks.push(`The short name "${tenant.slug}" is taken; the tenant has none now.`);
    const present = await writeMembers(tx, work, { ...contents, isTrusted: made.isTrusted, tenantId, remarks });
    await writeInvitations(tx, tenantId, contents.invitations, present);
    for (const domain of contents.domains) {
      // Else whoever reads a record of others in the DNS could write it into an archive, and prove their domain by it.
      const token = made.isTrusted ? domain.token : newDomainToken();
      await store.insertDomain(tx, tenantId, job.id, { ...domain, token });
    }
    await writeLines(tx, tenantId, records(tools, work));
  });
  return remarks;
}

/**
 * Members of a trusted archive are members again. Of any other, and whose account is not here any more, gets an invitation,
 * whose link is to be sent: nobody is made a member of something by a file that somebody wrote.
 */
async function writeMembers(
  tx: Queryable,
  { job }: Work,
  given: Pick<Contents, 'members'> & { isTrusted: boolean; tenantId: string; remarks: string[] },
): Promise<Set<string>> {
  const present = new Set([job.accountId]);
  // Whoever brings it from elsewhere has another account there, with the same address.
  const [me] = await store.pageMembers(tx, given.tenantId, null, 1);
  let invited = 0;
  for (const member of given.members) {
    if (given.isTrusted && (await store.restoreMember(tx, job.id, member))) {
      present.add(member.accountId);
    } else if (member.accountId !== job.accountId && member.email !== me?.email) {
      await store.insertInvitation(tx, given.tenantId, placeholderOf(member));
      invited += 1;
    }
  }
  if (invited > 0) {
    given.remarks.push(`${invited} of the members are invited instead. Send them their links: resend each invitation.`);
  }
  return present;
}

/** Nobody has the secret of this one; to resend it makes another. */
function placeholderOf({ email, role }: MemberRow): InvitationRow {
  const now = Date.now();
  return {
    email: email.toLowerCase(),
    role: role === 'owner' ? 'admin' : role,
    secretHash: randomBytes(32).toString('hex'),
    invitedBy: null,
    acceptedBy: null,
    mailedAt: null,
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + PLACEHOLDER_DAYS * 86_400_000).toISOString(),
    acceptedAt: null,
    revokedAt: null,
  };
}

async function writeInvitations(
  tx: Queryable,
  tenantId: string,
  invitations: InvitationRow[],
  present: Set<string>,
): Promise<void> {
  const known = (id: string | null) => (id !== null && present.has(id) ? id : null);
  for (const row of invitations) {
    const invitation = { ...row, invitedBy: known(row.invitedBy), acceptedBy: known(row.acceptedBy) };
    if (await store.insertInvitation(tx, tenantId, invitation)) continue;
    // The tenant itself is here still, with the same link.
    await store.insertInvitation(tx, tenantId, { ...invitation, secretHash: randomBytes(32).toString('hex') });
  }
}

async function writeLines(tx: Queryable, tenantId: string, archive: AsyncIterable<ArchiveRecord>): Promise<void> {
  let lines: string[] = [];
  let written = 0;
  const flush = async () => {
    await store.insertOldLines(tx, tenantId, written, lines);
    written += lines.length;
    lines = [];
  };
  for await (const row of rowsOf(archive, 'audit')) {
    lines.push(row);
    if (lines.length === LINES_AT_ONCE) await flush();
  }
  if (lines.length > 0) await flush();
}

async function* rowsOf(archive: AsyncIterable<ArchiveRecord>, part: string): AsyncGenerator<string> {
  for await (const record of archive) {
    if (record.kind === 'row' && record.part === part) yield record.row;
  }
}

/** Accounts of the archive that are members here; who brought it is known by their address as well. */
async function whoIsWho({ database }: ArchiveTools, { reader, job }: Work, contents: Contents, tenantId: string) {
  const [present, me] = await database.asReader({ ...reader, tenantId }, async (tx) => {
    const ids = new Set(await store.listMemberIds(tx, tenantId));
    const members = await store.pageMembers(tx, tenantId, null, ROWS_MAXIMUM);
    return [ids, members.find(({ accountId }) => accountId === job.accountId)?.email] as const;
  });
  const idOf = ({ accountId, email }: MemberRow) => {
    if (email === me) return job.accountId;
    return present.has(accountId) ? accountId : null;
  };
  return Object.fromEntries(contents.members.map((member) => [member.accountId, idOf(member)]));
}

async function restorePart(
  tools: ArchiveTools,
  work: Work,
  keeper: Keeper,
  given: { tenantId: string; accounts: Record<string, string | null> },
): Promise<void> {
  const { tenantId, accounts } = given;
  try {
    const rows = rowsOf(records(tools, work), keeper.name);
    await sendRows(keeper, tenantId, { accounts, rows }, work.signal);
  } catch (error) {
    if (error instanceof Problem && error.code === 'invalid-archive') throw new FinalError(error.message);
    throw error;
  }
}
