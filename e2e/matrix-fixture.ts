import { createDatabase, type Database, statement } from '@alt/database';
import { expect } from 'vitest';
import { addAccount } from '../services/auth-service/admin.ts';
import { type Client, createClient, PASSWORD, register } from './client.ts';
import { eventually, type Machine } from './harness.ts';
import { type Caller, callers, type Fixture, type ProjectFixture } from './matrix-kinds.ts';
import { stagesDone } from './stored.ts';

/** Everybody who may come, with what they come upon. */
export interface Matrix {
  fixture: Fixture;
  clientOf(caller: Caller): Client;
  close(): Promise<void>;
}

type Known = Exclude<Caller, 'anonymous' | 'service'>;

export async function makeMatrix(machine: Machine, feeds: { url: string }[]): Promise<Matrix> {
  const database = createDatabase({ ...machine.admin, database: 'auth', applicationName: 'matrix' });
  let strangers = 0;
  /** Nobody known, from somewhere else each time. */
  const nobody = () => {
    strangers += 1;
    return createClient(machine.origin, { address: `10.0.${strangers >> 8}.${strangers & 255}` });
  };
  const { clients, fixture } = await makeClients(machine, database);
  const enter = async (caller: Caller): Promise<Client> => {
    if (caller === 'anonymous' || caller === 'service') return nobody();
    if (caller === 'key' || caller === 'appPassword') return clients[caller];
    return signIn(machine, caller);
  };
  const join = async (): Promise<string> => {
    const email = `${crypto.randomUUID()}@example.org`;
    const { owner: tenant = '' } = fixture.tenantIds;
    return (await addAccount(database, { email, password: PASSWORD, tenant, role: 'reader' })).id;
  };
  const library = await makeLibrary(clients.owner, feeds);
  await stagesDone(machine);
  const project = await makeProject(clients, library.entry);
  const otherTeam = (await clients.owner.post('/v1/tenants', { name: 'Nobody works here' })).json.id;
  const passkey = await makePasskey(database, clients.owner);
  return {
    fixture: { ...fixture, ...library, project, passkey, otherTeam, enter, join },
    clientOf: (caller) => (caller === 'anonymous' || caller === 'service' ? nobody() : clients[caller]),
    close: () => database.end(),
  };
}

const addressOf = (caller: Caller) => `198.51.100.${1 + callers.indexOf(caller)}`;

async function signIn(machine: Machine, caller: Caller): Promise<Client> {
  const client = createClient(machine.origin, { address: addressOf(caller) });
  const answer = await client.post('/v1/auth/login', { email: `${caller}@example.org`, password: PASSWORD });
  expect([caller, answer.status]).toEqual([caller, 200]);
  client.csrfToken = answer.json.csrfToken;
  return client;
}

/** The team of the owner with somebody of each role, and a team of a stranger. */
async function makeClients(machine: Machine, database: Database) {
  const owner = await register(machine.origin, 'owner@example.org', { address: addressOf('owner') });
  const team = await found(owner, 'The team');
  for (const role of ['reader', 'member', 'admin'] as const) {
    await addAccount(database, { email: `${role}@example.org`, password: PASSWORD, tenant: team, role });
  }
  await addAccount(database, { email: 'stranger@example.org', password: PASSWORD });
  const stranger = await signIn(machine, 'stranger');
  const otherTeam = await found(stranger, 'Another team');
  const keyOf = async (caller: Caller, path: string) => {
    const { key } = (await owner.post(path, { name: 'matrix' })).json;
    return createClient(machine.origin, { apiKey: key, address: addressOf(caller) });
  };
  const clients: Record<Known, Client> = {
    owner,
    stranger,
    reader: await signIn(machine, 'reader'),
    member: await signIn(machine, 'member'),
    admin: await signIn(machine, 'admin'),
    key: await keyOf('key', '/v1/user/api-keys'),
    appPassword: await keyOf('appPassword', '/v1/user/app-passwords'),
  };
  for (const role of ['reader', 'member', 'admin', 'owner', 'stranger', 'key'] as const) {
    const { json } = await clients[role].get('/v1/auth/validate');
    expect(json).toMatchObject({
      role: role === 'key' || role === 'stranger' ? 'owner' : role,
      tenantId: role === 'stranger' ? otherTeam : team,
    });
  }
  const ofTeam = { reader: team, member: team, admin: team, key: team, owner: team };
  const names = { owner: 'The team', key: 'The team', stranger: 'Another team' };
  return { clients, fixture: { owner, tenantIds: { ...ofTeam, stranger: otherTeam }, teamNames: names } };
}

/** Makes a team and works in it from now on. */
async function found(client: Client, name: string): Promise<string> {
  const { id } = (await client.post('/v1/tenants', { name })).json;
  const moved = await client.call('PUT', '/v1/user/tenant', { tenantId: id });
  expect(moved.status).toBe(200);
  client.csrfToken = moved.json.csrfToken;
  return id;
}

async function makeLibrary(owner: Client, feeds: { url: string }[]) {
  const [feedUrl = '', otherFeedUrl = ''] = feeds.map(({ url }) => url);
  const folder = (await owner.post('/v1/folders', { name: 'Kept' })).json.id;
  const sharedFolder = (await owner.post('/v1/folders', { name: 'Shared', isShared: true })).json.id;
  const subscription = (await owner.post('/v1/subscriptions', { url: feedUrl, folderIds: [folder] })).json.id;
  const entry = await eventually(
    async () => (await owner.get('/v1/entries?limit=1')).json.items[0]?.id as string | undefined,
    'an entry',
  );
  const savedSearch = (await owner.post('/v1/saved-searches', { name: 'Kept', query: 'x' })).json.id;
  expect((await owner.post('/v1/recaps/feed')).status).toBe(201);
  const recap = (await owner.get('/v1/recaps')).json.items[0].id;
  return { feedUrl, otherFeedUrl, subscription, folder, sharedFolder, entry, recap, savedSearch };
}

async function makeProject({ owner, member }: Record<Known, Client>, entry: string): Promise<ProjectFixture> {
  const post = async (path: string, body: unknown) => {
    const answer = await owner.post(path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  const { id } = await post('/v1/projects', { title: 'The dossier', visibility: 'tenant' });
  const editor = (await member.get('/v1/auth/validate')).json.userId;
  await member.get('/v1/projects'); // projects know who has been there
  expect((await owner.call('PUT', `/v1/projects/${id}/members/${editor}`, { role: 'editor' })).status).toBe(201);
  const { id: section } = await post(`/v1/projects/${id}/sections`, { title: 'First' });
  await post(`/v1/projects/${id}/articles`, { articleIds: [entry], sectionId: section });
  const pin = (await owner.get(`/v1/projects/${id}/articles`)).json.items[0].id;
  const done = (job: string) =>
    eventually(async () => (await owner.get(`/v1/projects/jobs/${job}`)).json.state === 'done', 'work of a project');
  await done((await post(`/v1/projects/${id}/brief`, {})).id);
  const { id: job } = await post(`/v1/projects/${id}/exports`, { format: 'json' });
  await done(job);
  const archive = (await owner.get(`/v1/projects/jobs/${job}/file`)).text;
  return { id, section, pin, editor, archive };
}

const insertPasskey = statement<{ id: string }>(
  'matrix_passkey',
  `insert into passkeys (account_id, credential_id, public_key, counter, name)
   values ($1, sha256('matrix'), '\\x00', 0, 'of the matrix') returning id`,
);

async function makePasskey(database: Database, owner: Client): Promise<string> {
  const { userId } = (await owner.get('/v1/auth/validate')).json;
  const row = await database.one(insertPasskey, [userId]);
  if (!row) throw new Error('no passkey was made');
  return row.id;
}
