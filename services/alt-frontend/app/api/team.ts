import type {
  acceptInvitation,
  addDomain,
  createInvitation,
  listInvitations,
  listJoinableTenants,
  listMembers,
  listMyTenants,
  lookAtInvitation,
  ResponseOf,
  Role,
  readCurrentTenant,
  readTenantExport,
  readTenantImport,
  readTenantLimits,
} from '@alt/contracts';
import type { Page, Session } from './api.ts';
import type { Client } from './client.ts';

export type MyTenant = ResponseOf<typeof listMyTenants>['items'][number];
export type CurrentTenant = ResponseOf<typeof readCurrentTenant>;
export type Member = ResponseOf<typeof listMembers>['items'][number];
export type Invitation = ResponseOf<typeof listInvitations>['items'][number];
export type NewInvitation = ResponseOf<typeof createInvitation>;
export type Offer = ResponseOf<typeof lookAtInvitation>;
export type Domain = ResponseOf<typeof addDomain>;
export type Limits = ResponseOf<typeof readTenantLimits>;
export type LimitUse = Limits['items'][number];
export type TenantJob = ResponseOf<typeof readTenantExport>;
export type TenantImport = ResponseOf<typeof readTenantImport>;
export type Joined = ResponseOf<typeof acceptInvitation>;
export type GrantableRole = Exclude<Role, 'owner'>;
export type { Role };

export interface TenantChange {
  name?: string;
  settings?: { invitations: Partial<CurrentTenant['settings']['invitations']> };
}

export type TeamApi = ReturnType<typeof createTeamApi>;

/** The calls about tenants, their members and invitations. Loaded with the screens of them. */
export function createTeamApi({ call }: Pick<Client, 'call'>) {
  const current = '/v1/tenants/current';
  return {
    tenants: () => call<Page<MyTenant>>('GET', '/v1/tenants'),
    joinable: () => call<ResponseOf<typeof listJoinableTenants>>('GET', '/v1/tenants/joinable'),
    join: (domain: string) => call<Joined>('POST', '/v1/tenants/join', { body: { domain } }),
    createTenant: (name: string) => call<MyTenant>('POST', '/v1/tenants', { body: { name } }),
    switchTenant: (tenantId: string) => call<Session>('PUT', '/v1/user/tenant', { body: { tenantId } }),

    tenant: () => call<CurrentTenant>('GET', current),
    /** Only if it still is what was read. */
    changeTenant: (version: number, body: TenantChange) =>
      call<CurrentTenant>('PATCH', current, { body, headers: { 'if-match': `"v${version}"` } }),
    limits: () => call<Limits>('GET', `${current}/limits`),

    members: (cursor: string | undefined) => call<Page<Member>>('GET', `${current}/members`, { query: { cursor } }),
    changeRole: (id: string, role: Role) => call<Member>('PATCH', `${current}/members/${id}`, { body: { role } }),
    removeMember: (id: string) => call<void>('DELETE', `${current}/members/${id}`),
    transfer: (memberId: string) => call<void>('POST', `${current}/transfer`, { body: { memberId } }),

    invitations: (cursor: string | undefined) =>
      call<Page<Invitation>>('GET', `${current}/invitations`, { query: { cursor } }),
    invite: (body: { email?: string; role?: GrantableRole; expiresInDays?: number }) =>
      call<NewInvitation>('POST', `${current}/invitations`, { body }),
    resendInvitation: (id: string) => call<NewInvitation>('POST', `${current}/invitations/${id}/resend`),
    revokeInvitation: (id: string) => call<void>('DELETE', `${current}/invitations/${id}`),
    look: (secret: string) => call<Offer>('POST', '/v1/invitations/look', { body: { secret } }),
    accept: (secret: string) => call<Joined>('POST', '/v1/invitations/accept', { body: { secret } }),

    domains: () => call<{ items: Domain[] }>('GET', `${current}/domains`),
    addDomain: (domain: string, role: GrantableRole) =>
      call<Domain>('POST', `${current}/domains`, { body: { domain, role } }),
    changeDomain: (id: string, role: GrantableRole) =>
      call<Domain>('PATCH', `${current}/domains/${id}`, { body: { role } }),
    verifyDomain: (id: string) => call<Domain>('POST', `${current}/domains/${id}/verify`),
    removeDomain: (id: string) => call<void>('DELETE', `${current}/domains/${id}`),

    startExport: () => call<TenantJob>('POST', `${current}/export`),
    exportJob: () => call<TenantJob>('GET', `${current}/export`),
    importTenant: (archive: File) =>
      call<TenantJob>('POST', '/v1/tenants/import', { body: archive, bodyType: 'application/gzip' }),
    importJob: (id: string) => call<TenantImport>('GET', `/v1/tenants/import/${id}`),
    deleteTenant: (name: string) => call<{ deletionAt: string }>('DELETE', current, { body: { name } }),
    restoreTenant: () => call<void>('POST', `${current}/restore`),
  };
}
