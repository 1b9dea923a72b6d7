import { randomUUID } from 'node:crypto';
import type {
  addDomain,
  createInvitation,
  currentTenant,
  listInvitations,
  listMembers,
  MyTenant,
  ResponseOf,
  Role,
  readTenantExport,
  readTenantImport,
  readTenantLimits,
} from '@alt/contracts';
import type { z } from 'zod';

export const personalTenantId = '0190d3a8-7a10-7c1e-8a52-6d1b4f3e2a11';
export const teamTenantId = '0190d3a8-7a10-7c1e-8a52-6d1b4f3e2a12';

/** What the fake keeps of tenants: the personal one, and a team once there is one. */
export interface FakeTeam {
  tenants: MyTenant[];
  /** What a change of the present tenant writes. */
  details: Pick<z.output<typeof currentTenant>, 'version' | 'settings'>;
  members: Array<ResponseOf<typeof listMembers>['items'][number]>;
  invitations: Array<ResponseOf<typeof listInvitations>['items'][number]>;
  /** The secret of the last link. */
  secret: string;
  invited: Pick<ResponseOf<typeof createInvitation>, 'role' | 'email'>;
  domains: Array<ResponseOf<typeof addDomain>>;
  /** Whether the TXT record of a domain is found. */
  hasRecord: boolean;
  limits: ResponseOf<typeof readTenantLimits>;
  joinable: Array<{ domain: string; tenantName: string; role: Role }>;
  job: ResponseOf<typeof readTenantExport> | null;
  /** The import that was begun, and what comes of it. */
  importJob: ResponseOf<typeof readTenantImport> | null;
  importEnd: { state: 'done'; remarks: string[] } | { state: 'failed'; error: string };
}

export function createFakeTeam(): FakeTeam {
  const none = { limit: null, isNear: false, isReached: false };
  return {
    tenants: [tenantOf(personalTenantId, 'Ada', { isPersonal: true, isCurrent: true, memberCount: 1 })],
    details: {
      version: 1,
      settings: { invitations: { defaultRole: 'member', allowedFor: 'admin', emailDomains: [] } },
    },
    members: [],
    invitations: [],
    secret: 'fake-invitation-secret',
    invited: { role: 'member', email: null },
    domains: [],
    hasRecord: false,
    limits: {
      plan: 'unlimited',
      items: [
        { kind: 'users', used: 1, ...none },
        { kind: 'feeds', used: 9, ...none },
        { kind: 'articlesKept', used: 10_000, ...none },
        { kind: 'llmRequestsPerMonth', used: 12, ...none },
        { kind: 'projects', used: 0, ...none },
      ],
    },
    joinable: [],
    job: null,
    importJob: null,
    importEnd: { state: 'done', remarks: ['2 of the members are invited instead. Send them their links.'] },
  };
}

export function tenantOf(id: string, name: string, more: Partial<MyTenant> = {}): MyTenant {
  return {
    id,
    name,
    slug: null,
    isPersonal: false,
    role: 'owner',
    isCurrent: false,
    memberCount: 3,
    suspendedAt: null,
    deletionAt: null,
    ...more,
  };
}

/** Puts the reader into a team with two others, in this role. */
export function joinFakeTeam(team: FakeTeam, role: Role, me: { id: string; name: string; email: string }): void {
  const joinedAt = new Date(Date.now() - 40 * 86_400_000).toISOString();
  for (const tenant of team.tenants) tenant.isCurrent = false;
  team.tenants.push(tenantOf(teamTenantId, 'Harbour desk', { role, isCurrent: true }));
  const other = (name: string, theirs: Role) => ({
    id: randomUUID(),
    name,
    email: role === 'reader' || role === 'member' ? null : `${name.toLowerCase()}@example.org`,
    role: theirs,
    isMe: false,
    joinedAt,
  });
  team.members = [
    { ...me, role, isMe: true, joinedAt },
    other('Mia', role === 'owner' ? 'admin' : 'owner'),
    other('Noor', 'reader'),
  ];
  team.limits = {
    plan: 'small',
    items: [
      { kind: 'users', limit: 5, used: 3, isNear: false, isReached: false },
      { kind: 'feeds', limit: 200, used: 188, isNear: true, isReached: false },
      { kind: 'articlesKept', limit: 100_000, used: 42_180, isNear: false, isReached: false },
      { kind: 'llmRequestsPerMonth', limit: 1_000, used: 1_000, isNear: true, isReached: true },
      { kind: 'projects', limit: 5, used: 1, isNear: false, isReached: false },
    ],
  };
}
