import { eventually } from './harness.ts';
import {
  admins,
  anybody,
  type Caller,
  everyone,
  type Fixture,
  inBrowser,
  instanceOwner,
  inTeam,
  type MatrixRow,
  made,
  NOBODY,
  newName,
  ofInstance,
  owners,
  proved,
} from './matrix-kinds.ts';

const invitation = made('/v1/tenants/current/invitations', () => ({}));
const domain = made('/v1/tenants/current/domains', () => ({ domain: newDomain() }));
const secretOf = async ({ owner }: Fixture) => {
  const { link } = (await owner.post('/v1/tenants/current/invitations', {})).json;
  return new URL(link).hash.replace(/^#(.*=)?/, '') || new URL(link).pathname.split('/').at(-1);
};
const newDomain = () => `${newName().replace(' ', '-').toLowerCase()}.example`;
const newMember = async ({ join }: Fixture) => ({ id: await join() });
const otherTeam = ({ otherTeam: id }: Fixture) => ({ id });

/** The owner of this Alt, who is the owner of the team. */

export const tenantRows: readonly MatrixRow[] = [
  { name: 'listMyTenants', statuses: everyone(200) },
  { name: 'createTenant', statuses: inBrowser(everyone(201)), body: () => ({ name: newName() }) },
  { name: 'readCurrentTenant', statuses: everyone(200) },
  {
    name: 'updateCurrentTenant',
    statuses: inBrowser(admins(200)),
    headers: { 'if-match': '*' },
    body: () => ({ settings: { invitations: { defaultRole: 'reader' } } }),
  },
  { name: 'readTenantLimits', statuses: everyone(200) },
  { name: 'listMembers', statuses: everyone(200) },
  {
    name: 'updateMember',
    statuses: inBrowser(inTeam(admins(200))),
    params: newMember,
    body: () => ({ role: 'member' }),
  },
  {
    name: 'removeMember',
    statuses: inBrowser(inTeam(admins(204))),
    params: newMember,
    narrower: 'Everybody may leave; others are removed by admins.',
  },
  { name: 'listInvitations', statuses: inBrowser(admins(200)) },
  {
    name: 'createInvitation',
    statuses: inBrowser(admins(201)),
    body: () => ({}),
    narrower: 'The team lets admins alone invite.',
  },
  { name: 'resendInvitation', statuses: inBrowser(inTeam(admins(200))), params: invitation },
  { name: 'revokeInvitation', statuses: inBrowser(inTeam(admins(204))), params: invitation },
  { name: 'lookAtInvitation', statuses: anybody(200), body: async (fixture) => ({ secret: await secretOf(fixture) }) },
  {
    name: 'acceptInvitation',
    statuses: inBrowser({ ...everyone(409), stranger: 200 }), // the others are members already
    body: async (fixture) => ({ secret: await secretOf(fixture) }),
  },
  { name: 'listDomains', statuses: admins(200) },
  { name: 'addDomain', statuses: inBrowser(admins(201)), body: () => ({ domain: newDomain() }) },
  { name: 'updateDomain', statuses: inBrowser(inTeam(admins(200))), params: domain, body: () => ({ role: 'member' }) },
  // One that is there would be looked up in the DNS of the world.
  { name: 'verifyDomain', statuses: inBrowser(admins(404)), params: () => ({ id: NOBODY }) },
  { name: 'removeDomain', statuses: inBrowser(inTeam(admins(204))), params: domain },
  { name: 'listJoinableTenants', statuses: everyone(200) },
  { name: 'joinTenant', statuses: inBrowser(everyone(404)), body: () => ({ domain: 'nobody.example' }) },

  { name: 'startTenantExport', statuses: proved(owners(202)) },
  { name: 'readTenantExport', statuses: inBrowser(owners(200)) },
  { name: 'readTenantExportFile', statuses: proved(owners(200)), params: exported },
  {
    name: 'startTenantImport',
    statuses: proved(everyone(422)), // let in, and the archive is none
    headers: { 'content-type': 'application/gzip' },
    body: () => 'no archive',
  },
  { name: 'readTenantImport', statuses: inBrowser(everyone(404)), params: () => ({ id: NOBODY }) },

  { name: 'listAllTenants', statuses: inBrowser(instanceOwner(200)), narrower: ofInstance },
  {
    name: 'changeTenantPlan',
    statuses: proved(instanceOwner(200)),
    params: otherTeam,
    body: () => ({ plan: 'small' }),
    narrower: ofInstance,
  },
  {
    name: 'suspendTenant',
    statuses: proved(instanceOwner(200)),
    params: otherTeam,
    body: () => ({ reason: 'for the matrix' }),
    narrower: ofInstance,
  },
  { name: 'resumeTenant', statuses: proved(instanceOwner(200)), params: otherTeam, narrower: ofInstance },

  // The team stays who it is: nobody is there to whom it could go.
  { name: 'transferTenant', statuses: proved(owners(404)), body: () => ({ memberId: NOBODY }) },
  {
    name: 'deleteTenant',
    statuses: proved(owners(202)),
    body: ({ teamNames }: Fixture, caller: Caller) => ({ name: teamNames[caller] ?? '' }),
  },
  { name: 'restoreTenant', statuses: inBrowser(owners(204)) },
];

/** Waits until the archive that `startTenantExport` began is there, or begins one. */
async function exported({ owner }: Fixture): Promise<Record<string, string>> {
  const present = await owner.get('/v1/tenants/current/export');
  if (present.status === 404) await owner.post('/v1/tenants/current/export');
  await eventually(
    async () => (await owner.get('/v1/tenants/current/export')).json.state === 'done',
    'the archive of the team',
  );
  return {};
}
