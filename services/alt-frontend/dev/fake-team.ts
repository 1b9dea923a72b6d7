import { randomUUID } from 'node:crypto';
import * as contracts from '@alt/contracts';
import type { FakeHandler } from './fake-api.ts';
import type { FakeState } from './fake-state.ts';
import { joinFakeTeam, teamTenantId, tenantOf } from './fake-team-state.ts';

const { Problem } = contracts;
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

export const teamHandlers: FakeHandler[] = [
  [contracts.listMyTenants, ({ state }) => ({ items: state.team.tenants, nextCursor: null })],
  [
    contracts.createTenant,
    ({ state, body }) => {
      const made = tenantOf(teamTenantId, body.name, { memberCount: 1 });
      state.team.tenants.push(made);
      const { id, name, email } = state.user;
      state.team.members = [{ id, name, email, role: 'owner', isMe: true, joinedAt: inDays(0) }];
      return made;
    },
  ],
  [contracts.switchTenant, ({ state, body }) => switchTo(state, body.tenantId)],
  [contracts.readCurrentTenant, ({ state }) => currentOf(state)],
  [
    contracts.updateCurrentTenant,
    ({ state, body, request }) => {
      const { details } = state.team;
      if (request.headers.get('if-match') !== `"v${details.version}"`) {
        throw new Problem('precondition-failed', 'Read it again.');
      }
      presentOf(state).name = body.name ?? presentOf(state).name;
      Object.assign(details.settings.invitations, body.settings?.invitations);
      details.version += 1;
      return currentOf(state);
    },
  ],
  [contracts.readTenantLimits, ({ state }) => state.team.limits],
  ...memberHandlers(),
  ...invitationHandlers(),
  ...domainHandlers(),
  ...ownerHandlers(),
];

function memberHandlers(): FakeHandler[] {
  const memberWith = (state: FakeState, id: string | undefined) => {
    const found = state.team.members.find((member) => member.id === id);
    if (!found) throw new Problem('not-found', 'There is no such member.');
    return found;
  };
  return [
    [contracts.listMembers, ({ state }) => ({ items: state.team.members, nextCursor: null })],
    [contracts.updateMember, ({ state, params, body }) => Object.assign(memberWith(state, params.id), body)],
    [
      contracts.removeMember,
      ({ state, params }) => {
        const member = memberWith(state, params.id);
        if (member.role === 'owner') throw new Problem('last-owner', 'Hand it over first.');
        state.team.members = state.team.members.filter((other) => other !== member);
        if (!member.isMe) return;
        state.team.tenants = state.team.tenants.filter(({ isPersonal }) => isPersonal);
        switchTo(state, state.team.tenants[0]?.id ?? '');
      },
    ],
  ];
}

function invitationHandlers(): FakeHandler[] {
  const withLink = (state: FakeState, invitation: FakeState['team']['invitations'][number], url: string) => {
    state.team.secret = `fake-${randomUUID()}`;
    const link = new URL(`/join#${state.team.secret}`, url).href;
    return { ...invitation, link, mailed: invitation.email !== null };
  };
  const invitationWith = (state: FakeState, id: string | undefined) => {
    const found = state.team.invitations.find((invitation) => invitation.id === id);
    if (!found) throw new Problem('not-found', 'There is no such invitation.');
    return found;
  };
  const checkSecret = (state: FakeState, secret: string) => {
    if (secret !== state.team.secret) throw new Problem('invitation-over', 'It is over.');
  };
  return [
    [contracts.listInvitations, ({ state }) => ({ items: state.team.invitations, nextCursor: null })],
    [
      contracts.createInvitation,
      ({ state, body, request }) => {
        const isOpen = state.team.invitations.some(({ email, state: is }) => email === body.email && is === 'open');
        if (body.email && isOpen) throw new Problem('conflict', 'There is one already.');
        const invitation = {
          id: randomUUID(),
          email: body.email ?? null,
          role: body.role ?? 'member',
          state: 'open' as const,
          invitedBy: state.user.name,
          createdAt: inDays(0),
          expiresAt: inDays(body.expiresInDays),
          acceptedAt: null,
        };
        state.team.invitations.unshift(invitation);
        return withLink(state, invitation, request.url);
      },
    ],
    [
      contracts.resendInvitation,
      ({ state, params, request }) => withLink(state, invitationWith(state, params.id), request.url),
    ],
    [
      contracts.revokeInvitation,
      ({ state, params }) => {
        invitationWith(state, params.id).state = 'revoked';
      },
    ],
    [
      contracts.lookAtInvitation,
      ({ state, body }) => {
        checkSecret(state, body.secret);
        return { tenantName: 'Harbour desk', invitedBy: 'Mia', role: 'member', expiresAt: inDays(7), isBound: false };
      },
    ],
    [
      contracts.acceptInvitation,
      ({ state, body }) => {
        checkSecret(state, body.secret);
        state.team.secret = 'used';
        joinFakeTeam(state.team, 'member', state.user);
        return { tenantId: teamTenantId, tenantName: 'Harbour desk', role: 'member' };
      },
    ],
    [contracts.listJoinableTenants, ({ state }) => ({ items: state.team.joinable, nextCursor: null })],
    [
      contracts.joinTenant,
      ({ state }) => {
        state.team.joinable = [];
        joinFakeTeam(state.team, 'reader', state.user);
        return { tenantId: teamTenantId, tenantName: 'Harbour desk', role: 'reader' };
      },
    ],
  ];
}

function domainHandlers(): FakeHandler[] {
  const domainWith = (state: FakeState, id: string | undefined) => {
    const found = state.team.domains.find((domain) => domain.id === id);
    if (!found) throw new Problem('not-found', 'There is no such domain.');
    return found;
  };
  return [
    [contracts.listDomains, ({ state }) => ({ items: state.team.domains, nextCursor: null })],
    [
      contracts.addDomain,
      ({ state, body }) => {
        const record = { name: `_alt.${body.domain}`, value: 'alt-verification=fake' };
        const made = {
          id: randomUUID(),
          ...body,
          state: 'unverified' as const,
          verifiedAt: null,
          checkedAt: null,
          record,
        };
        state.team.domains.push(made);
        return made;
      },
    ],
    [contracts.updateDomain, ({ state, params, body }) => Object.assign(domainWith(state, params.id), body)],
    [
      contracts.verifyDomain,
      ({ state, params }) => {
        if (!state.team.hasRecord) throw new Problem('domain-unverified', 'Not found.');
        return Object.assign(domainWith(state, params.id), { state: 'verified', verifiedAt: inDays(0) });
      },
    ],
    [
      contracts.removeDomain,
      ({ state, params }) => {
        state.team.domains = state.team.domains.filter(({ id }) => id !== params.id);
      },
    ],
  ];
}

function ownerHandlers(): FakeHandler[] {
  return [
    [
      contracts.transferTenant,
      ({ state, body }) => {
        for (const member of state.team.members) {
          if (member.id === body.memberId) member.role = 'owner';
          else if (member.isMe) member.role = 'admin';
        }
        presentOf(state).role = 'admin';
        state.user.role = 'admin';
      },
    ],
    [
      contracts.deleteTenant,
      ({ state, body }) => {
        const present = presentOf(state);
        if (body.name !== present.name) throw new Problem('invalid-request', 'Type its name.');
        present.deletionAt = inDays(30);
        return { deletionAt: present.deletionAt };
      },
    ],
    [
      contracts.restoreTenant,
      ({ state }) => {
        presentOf(state).deletionAt = null;
      },
    ],
    [contracts.startTenantExport, ({ state }) => startExport(state)],
    [
      contracts.readTenantExport,
      ({ state: { team } }) => {
        if (!team.job) throw new Problem('not-found', 'There is none yet.');
        const { job } = team;
        // Done by the next look.
        team.job = { ...job, state: 'done', sizeBytes: 3_400_000, finishedAt: inDays(0), expiresAt: inDays(7) };
        return job;
      },
    ],
    [contracts.startTenantImport, ({ state }) => startImport(state)],
    [
      contracts.readTenantImport,
      ({ state }) => {
        const { importJob: job, importEnd } = state.team;
        if (!job) throw new Problem('not-found', 'There is none.');
        // Over by the next look.
        const tenantId = importEnd.state === 'done' ? teamTenantId : null;
        state.team.importJob = { ...job, ...importEnd, tenantId, rows: 480, finishedAt: inDays(0) };
        if (tenantId && job.state === 'running') state.team.tenants.push(tenantOf(tenantId, 'Harbour desk'));
        return job;
      },
    ],
    [
      contracts.readTenantExportFile,
      () => new Response('archive', { headers: { 'content-type': contracts.ARCHIVE_TYPE } }),
    ],
  ];
}

function startExport({ team }: FakeState) {
  const nothing = { remarks: [], error: null, finishedAt: null, expiresAt: null, sizeBytes: 0 };
  team.job = { id: randomUUID(), state: 'running', step: 'entries', rows: 120, createdAt: inDays(0), ...nothing };
  return team.job;
}

function startImport({ team }: FakeState) {
  const nothing = { remarks: [], error: null, finishedAt: null, expiresAt: null, sizeBytes: 7, tenantId: null };
  team.importJob = {
    id: randomUUID(),
    state: 'running',
    step: 'alt-backend',
    rows: 120,
    createdAt: inDays(0),
    ...nothing,
  };
  return team.importJob;
}

function switchTo(state: FakeState, tenantId: string) {
  const target = state.team.tenants.find(({ id }) => id === tenantId);
  if (!target) throw new Problem('not-found', 'You are in no such tenant.');
  for (const tenant of state.team.tenants) tenant.isCurrent = tenant === target;
  Object.assign(state.user, { tenantId, role: target.role });
  return { user: state.user, csrfToken: state.csrfToken };
}

function presentOf({ team }: FakeState) {
  const present = team.tenants.find(({ isCurrent }) => isCurrent);
  if (!present) throw new Error('The fake is in no tenant');
  return present;
}

function currentOf(state: FakeState) {
  const { isCurrent: _, ...present } = presentOf(state);
  return {
    ...present,
    ...state.team.details,
    plan: state.team.limits.plan,
    suspensionReason: '',
    createdAt: inDays(-90),
  };
}
