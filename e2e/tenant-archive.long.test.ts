import { gunzipSync } from 'node:zlib';
import { createDatabase, type Database } from '@alt/database';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDemoWeb } from '../demo/server.ts';
import { addAccount } from '../services/auth-service/admin.ts';
import { type Client, createClient, PASSWORD, register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';
import { findMiscounted, stagesDone } from './stored.ts';
import { countRows, type NamedRows, namedRows, tablesOfTenants } from './tenant-rows.ts';
import { type DnsServer, startDnsServer } from './tenants/dns-server.ts';

const ROLES = ['owner', 'admin', 'member', 'reader'] as const;
type Role = (typeof ROLES)[number];
type Team = Record<Role, Client>;

const POLLING = [
  ...['next_poll_at', 'last_polled_at', 'last_success_at', 'last_changed_at', 'last_status', 'state', 'priority'],
  ...['etag', 'last_modified', 'body_hash', 'newest_item_at', 'post_gap_seconds', 'claimed_by', 'claimed_until'],
];

/** What is not compared, and why. */
const WITHOUT = [
  // Derived from entries: compared by counting anew.
  'counters',
  // Where event streams and rules are in a reader's changes: a copy begins anew, and nobody hangs on its streams.
  ...['revision', 'structure_revision', 'reset_revision', 'tags_revision'].map((column) => `readers.${column}`),
  'entries.revision',
  'entries.arrival_revision',
  'project_rules.revision',
  'project_rules.article_id',
  'project_rules.next_check_at',
  // What readers had elsewhere and how it comes here: the account stays where it is.
  'inbound_items',
  'inoreader_connections',
  'reader_imports',
  // Statistics of reading: nobody takes those along (docs/statistics.md).
  'reading_erasures',
  'reading_events',
  'reading_feed_days',
  'reading_feed_months',
  'reading_inbox',
  'reading_slots',
  // Work under way, what an import knows while it runs, and files of a day.
  'article_touches',
  'import_ids',
  'project_files',
  'project_jobs',
  'rule_waits',
  'summary_requests',
  'tag_requests',
  // The keeper of the tenant's data saw it first when it was made there.
  'tenants.created_at',
  // Feeds are polled again, and how often follows from what they then say.
  ...POLLING.map((column) => `feeds.${column}`),
];

/** Elsewhere fewer follow a feed. */
const ABROAD = [...WITHOUT, 'feeds.subscriber_count'];

let web: Awaited<ReturnType<typeof startDemoWeb>>;
let dns: DnsServer;
let machine: Machine;
let other: Machine;
const databases: Database[] = [];

beforeAll(async () => {
  web = await startDemoWeb({ slowDelayMs: 100 });
  dns = await startDnsServer();
  const environment = {
    ALT_RATE_LIMIT_PER_SECOND: '100000',
    ALT_TRUSTED_PROXIES: '127.0.0.1/32,::1/128',
    ALT_DNS_SERVERS: dns.address,
    ALT_TENANT_UPKEEP_SECONDS: '0.2',
    ALT_FOLLOW_SECONDS: '0.2',
  };
  const options = { allow: [new URL(web.origin).host], environment };
  machine = await startMachine('one process', options);
  other = await startMachine('one process', options);
}, 240_000);

afterAll(async () => {
  await Promise.all(databases.map((database) => database.end()));
  await machine?.stop();
  await other?.stop();
  await dns?.stop();
  await web?.stop();
});

const open = (of: Machine, database: 'alt' | 'auth') => {
  const opened = createDatabase({ ...of.admin, database, applicationName: 'tenant archive' });
  databases.push(opened);
  return opened;
};

async function ok(client: Client, method: string, path: string, body?: unknown, headers?: Record<string, string>) {
  const answer = await client.call(method, path, body, headers);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer.json;
}

async function signIn(client: Client, email: string): Promise<void> {
  client.csrfToken = (await ok(client, 'POST', '/v1/auth/login', { email, password: PASSWORD })).csrfToken;
}

async function enter(client: Client, tenantId: string): Promise<void> {
  client.csrfToken = (await ok(client, 'PUT', '/v1/user/tenant', { tenantId })).csrfToken;
}

/** A team with somebody of every role, who share and keep something of everything. */
async function furnish(auth: Database): Promise<{ team: Team; tenantId: string; invitation: string }> {
  const owner = await register(machine.origin, 'owner@example.org', { address: '198.51.100.1' });
  const { id: tenantId } = await ok(owner, 'POST', '/v1/tenants', { name: 'Everything 株式会社' });
  await enter(owner, tenantId);
  const join = async (role: Exclude<Role, 'owner'>, index: number) => {
    const email = `${role}@example.org`;
    await addAccount(auth, { email, password: PASSWORD, tenant: tenantId, role });
    const client = createClient(machine.origin, { address: `198.51.100.${index}` });
    await signIn(client, email);
    return client;
  };
  const team = {
    owner,
    admin: await join('admin', 2),
    member: await join('member', 3),
    reader: await join('reader', 4),
  };
  for (const client of Object.values(team)) await ok(client, 'GET', '/v1/projects');
  const invitation = await furnishTenant(team);
  const entries = await furnishReading(team);
  await stagesDone(machine);
  await open(machine, 'alt').script(unasked(tenantId));
  await furnishTags(team);
  await furnishRules(team);
  await furnishProjects(team, entries);
  return { team, tenantId, invitation };
}

/** Settings, invitations in every state, domains. Answers the secret of the invitation that is open. */
async function furnishTenant({ owner, admin }: Team): Promise<string> {
  const settings = { invitations: { allowedFor: 'member', emailDomains: ['example.org'] } };
  await ok(owner, 'PATCH', '/v1/tenants/current', { slug: 'everything', settings }, { 'if-match': '*' });
  const invite = (body: object) => ok(admin, 'POST', '/v1/tenants/current/invitations', body);
  const standing = await invite({ email: 'open@example.org', role: 'reader' });
  const revoked = await invite({ email: 'revoked@example.org' });
  await ok(owner, 'DELETE', `/v1/tenants/current/invitations/${revoked.id}`);
  const proven = await ok(owner, 'POST', '/v1/tenants/current/domains', { domain: 'proven.example', role: 'member' });
  dns.texts.set(proven.record.name, [proven.record.value]);
  await ok(owner, 'POST', `/v1/tenants/current/domains/${proven.id}/verify`);
  await ok(owner, 'POST', '/v1/tenants/current/domains', { domain: 'unproven.example' });
  return new URL(standing.link).hash.slice(1);
}

/** Feeds in shared and private folders, entries in every state, labels, searches, annotations, settings, a recap. */
async function furnishReading({ owner, admin, member, reader }: Team): Promise<string[]> {
  const [shared = '', privately = ''] = web.feeds.map(({ url }) => url);
  const press = await ok(member, 'POST', '/v1/folders', { name: 'Press', isShared: true });
  const papers = await ok(member, 'POST', '/v1/folders', { name: 'Papers', parentId: press.id });
  await ok(member, 'POST', '/v1/subscriptions', { url: shared, folderIds: [papers.id], title: 'Our paper' });
  const outer = await ok(owner, 'POST', '/v1/folders', { name: 'Mine' });
  const inner = await ok(owner, 'POST', '/v1/folders', { name: 'Inner', parentId: outer.id });
  const own = await ok(owner, 'POST', '/v1/subscriptions', { url: privately, folderIds: [inner.id] });
  await ok(owner, 'PATCH', `/v1/subscriptions/${own.id}`, { selectors: { keep: ['article'], drop: ['.aside'] } });
  await ok(admin, 'POST', `/v1/folders/${press.id}/leave`);

  const idsOf = (client: Client, query = '') =>
    eventually(async () => {
      const { items } = await ok(client, 'GET', `/v1/entries?limit=200${query}`);
      return items.length > 5 && items.map(({ id }: { id: string }) => id);
    }, 'entries') as Promise<string[]>;
  const entries = await idsOf(member);
  const [first = '', second = '', third = ''] = entries;
  await ok(member, 'PATCH', '/v1/entries', { ids: [first, second], read: true, addLabels: ['team', 'mine'] });
  await ok(member, 'PATCH', '/v1/labels/team', { isShared: true });
  await ok(reader, 'PATCH', '/v1/entries', { ids: [third], starred: true });
  await ok(reader, 'PATCH', '/v1/entries', { ids: [second], hidden: true });
  await ok(owner, 'POST', '/v1/entries/mark-read', { subscriptionId: own.id });
  for (const isShared of [true, false]) {
    const highlight = await ok(member, 'POST', `/v1/entries/${first}/highlights`, {
      quote: 'a',
      isShared,
      color: 'blue',
    });
    await ok(member, 'POST', `/v1/entries/${first}/notes`, {
      body: `Why? ${isShared}`,
      highlightId: highlight.id,
      isShared,
    });
  }
  await ok(member, 'POST', '/v1/saved-searches', { name: 'Ours', query: 'is:starred', isShared: true });
  const followed = (await ok(reader, 'GET', '/v1/subscriptions')).items.map(feedIdOf);
  const query = `tide (${followed.map((id: string) => `feed:#${id}`).join(' OR ')})`;
  await ok(reader, 'POST', '/v1/saved-searches', { name: 'My own', query });
  await ok(reader, 'PATCH', '/v1/settings', { theme: 'dark' });
  await ok(admin, 'PATCH', '/v1/settings/tenant', { summaries: false });
  await ok(reader, 'POST', '/v1/recaps/feed');
  await ok(reader, 'GET', '/v1/recaps');
  return entries;
}

async function furnishTags({ member, reader }: Team): Promise<void> {
  const { items } = await ok(member, 'GET', '/v1/tags?order=frequent&limit=20');
  const [first, second, third, fourth] = items.map(({ name }: { name: string }) => encodeURIComponent(name));
  await ok(member, 'PATCH', `/v1/tags/${first}`, { name: 'Renamed', promoted: true });
  await ok(member, 'PATCH', `/v1/tags/${second}`, { hidden: true });
  const names = [third, fourth].map(decodeURIComponent);
  await ok(member, 'POST', '/v1/tags/proposals/dismiss', { names });
  await ok(reader, 'POST', '/v1/tags/vetoes', { name: names[0] });
}

const feedIdOf = ({ feed }: { feed: { id: string } }) => feed.id;

/** A shared rule that puts a label on and that one reader switched off, and one of a reader's own that has acted. */
async function furnishRules({ owner, member, reader }: Team): Promise<void> {
  const [{ title }] = (await ok(member, 'GET', '/v1/entries?limit=1')).items;
  const query = title.split(/\W+/).toSorted((a: string, b: string) => b.length - a.length)[0];
  const { items: labels } = await ok(member, 'GET', '/v1/labels');
  const labelIds = labels.filter(({ name }: { name: string }) => name === 'team').map(({ id }: { id: string }) => id);
  const ours = { name: 'Ours', query, actions: { star: true, labelIds }, isShared: true };
  const { id } = await ok(member, 'POST', '/v1/rules', ours);
  await ok(owner, 'PATCH', `/v1/rules/${id}`, { isOffForMe: true });
  await ok(member, 'POST', `/v1/rules/${id}/run`, {});
  const feed = feedIdOf((await ok(reader, 'GET', '/v1/subscriptions')).items[0]);
  const own = await ok(reader, 'POST', '/v1/rules', {
    name: 'Own',
    query: `${query} OR feed:#${feed}`,
    actions: { markRead: true },
  });
  await ok(reader, 'POST', `/v1/rules/${own.id}/run`, {});
}

/** What nobody can ask for by the API, or what takes a model. */
const unasked = (tenantId: string) => `
  create temporary table who as select r.id, min(e.article_id) as article from readers r join entries e on e.reader_id = r.id
    where r.tenant_id = '${tenantId}' group by r.id order by r.id limit 1;
  insert into shares (reader_id, article_id, secret_hash) select id, article, sha256('secret') from who;
  insert into entry_splits (reader_id, article_id) select id, article from who;
  insert into article_variants select article, '${tenantId}', '<p>Own</p>', 'Own' from who;
  insert into article_summaries (article_id, tenant_id, language, engine, content_hash, summary)
    select article, '${tenantId}', 'en', 'ollama/x', '\\x02', 'A summary of the team.' from who;
  insert into inbound_keys (key, article_id, tenant_id, is_text) select sha256('brought'), article, '${tenantId}', true from who;
  insert into llm_usage values ('${tenantId}', '2026-01-01', 7) on conflict do nothing;
  drop table who`;

/** A project with something of everything, and one that was deleted. */
async function furnishProjects({ owner, member, reader }: Team, entries: string[]): Promise<void> {
  const { userId: memberId } = await ok(member, 'GET', '/v1/auth/validate');
  const { userId: readerId } = await ok(reader, 'GET', '/v1/auth/validate');
  const { id } = await ok(member, 'POST', '/v1/projects', {
    title: 'Dossier',
    description: 'On tides',
    visibility: 'tenant',
  });
  const path = `/v1/projects/${id}`;
  await ok(member, 'PUT', `${path}/members/${readerId}`, { role: 'viewer' });
  const sections = [];
  for (const title of ['First', 'Second']) sections.push(await ok(member, 'POST', `${path}/sections`, { title }));
  await ok(member, 'POST', `${path}/articles`, { articleIds: entries.slice(0, 3), sectionId: sections[0].id });
  await ok(member, 'POST', `${path}/articles`, { articleIds: entries.slice(3, 5) });
  const pins = (await ok(member, 'GET', `${path}/articles`)).items;
  const highlight = await ok(member, 'POST', `${path}/highlights`, { pinId: pins[0].id, quote: 'a' });
  const note = { body: 'Look', highlightId: highlight.id, mentions: [readerId, memberId] };
  await ok(member, 'POST', `${path}/notes`, note);
  const decided = [];
  for (const title of ['Wait', 'Buy'])
    decided.push(await ok(owner, 'POST', `${path}/decisions`, { title, context: 'Why' }));
  await ok(owner, 'PATCH', `${path}/decisions/${decided[0].id}`, { supersededBy: decided[1].id }, { 'if-match': '*' });
  const [subscription] = (await ok(member, 'GET', '/v1/subscriptions')).items;
  const [folder] = (await ok(member, 'GET', '/v1/folders')).items;
  await ok(member, 'POST', `${path}/sources`, { kind: 'feed', feedId: subscription.feed.id });
  await ok(member, 'POST', `${path}/sources`, { kind: 'folder', folderId: folder.id });
  await ok(member, 'POST', `${path}/sources`, { kind: 'search', query: `feed:#${subscription.feed.id}` });
  await ok(member, 'POST', `${path}/rules`, { name: 'Rule', query: 'nothing-has-this', sectionId: sections[1].id });
  await ok(member, 'POST', `${path}/articles/unpin`, { ids: [pins[4].id] });
  await ok(member, 'PUT', `${path}/publication`, { kind: 'private' });
  for (const force of [false, true]) {
    const job = await ok(member, 'POST', `${path}/brief`, { force });
    await eventually(async () => (await ok(member, 'GET', `/v1/projects/jobs/${job.id}`)).state === 'done', 'a brief');
    await ok(member, 'PATCH', `${path}/sections/${sections[1].id}`, { title: 'Second, renamed' }, { 'if-match': '*' });
  }
  const gone = await ok(owner, 'POST', '/v1/projects', { title: 'Given up' });
  await ok(owner, 'DELETE', `/v1/projects/${gone.id}`, undefined, { 'if-match': '*' });
}

async function exported(owner: Client): Promise<Uint8Array<ArrayBuffer>> {
  await ok(owner, 'POST', '/v1/tenants/current/export');
  await eventually(async () => (await ok(owner, 'GET', '/v1/tenants/current/export')).state === 'done', 'the archive');
  const response = await fetch(`${owner.origin}/v1/tenants/current/export/file`, { headers: owner.credentials() });
  return new Uint8Array(await response.arrayBuffer());
}

/** Brings an archive; answers the tenant that it became, in which its owner works now. */
async function imported(
  owner: Client,
  archive: Uint8Array<ArrayBuffer>,
): Promise<{ tenantId: string; remarks: string[] }> {
  const response = await fetch(`${owner.origin}/v1/tenants/import`, {
    method: 'POST',
    headers: { ...owner.credentials(), 'x-csrf-token': owner.csrfToken, 'content-type': 'application/gzip' },
    body: archive,
  });
  const { id } = await response.json();
  const job = await eventually(async () => {
    const { json } = await owner.get(`/v1/tenants/import/${id}`);
    if (json.state === 'failed') throw new Error(json.error);
    return json.state === 'done' && json;
  }, 'the import');
  await enter(owner, job.tenantId);
  return job;
}

/** How many rows of each kind each part of an archive has. */
function kindsIn(archive: Uint8Array): Record<string, number> {
  const counts: Record<string, number> = {};
  let part = '';
  for (const line of gunzipSync(archive).toString().trimEnd().split('\n')) {
    const value = JSON.parse(line);
    part = value.part ?? part;
    if (!value.row) continue;
    const name = value.row.kind ? `${part} ${value.row.kind}` : part;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const accountsOf = async (auth: Database) =>
  new Map(
    (
      await auth.all<{ id: string; email: string }>({
        name: 'archive_accounts',
        text: 'select id, email from accounts',
      })
    ).map(({ id, email }) => [id, email]),
  );

test('a tenant goes, comes back, and comes to another machine: the same, row by row', async () => {
  const [alt, auth] = [open(machine, 'alt'), open(machine, 'auth')];
  const { team, tenantId, invitation } = await furnish(auth);
  const people = await accountsOf(auth);
  const archive = await exported(team.owner);
  const [ownerId] = [...people].find(([, email]) => email === 'owner@example.org') ?? [''];
  const ofOwner = await namedRows(alt, tenantId, { people: new Map([[ownerId, 'the owner']]), without: ABROAD });
  const before = await namedRows(alt, tenantId, { people, without: WITHOUT });
  // Nothing is compared with nothing.
  const empty = (await tablesOfTenants(alt))
    .map(({ name }) => name)
    .filter((name) => !before[name] && !WITHOUT.includes(name));
  expect(empty).toEqual([]);

  await removeForGood(team.owner, tenantId, { alt, auth });
  // Whoever worked in it was signed out with it.
  await signIn(team.owner, 'owner@example.org');
  const back = await imported(team.owner, archive);
  expect(back.remarks).toEqual([]);
  const after = await namedRows(alt, back.tenantId, { people, without: WITHOUT });
  expectSame(after, before);
  expect(await findMiscounted(machine)).toEqual([]);
  const again = await exported(team.owner);
  expect(kindsIn(again)).toMatchObject({ ...kindsIn(archive), audit: expect.any(Number) });
  const look = await createClient(machine.origin, { address: '198.51.100.9' }).post('/v1/invitations/look', {
    secret: invitation,
  });
  expect(look.status).toBe(200);

  // Elsewhere: all that is shared, and what is private to who brings it; the others are invited.
  const abroad = await register(other.origin, 'owner@example.org', { address: '198.51.100.1' });
  const there = await imported(abroad, archive);
  expect(there.remarks).toEqual([expect.stringContaining('3 of the members are invited instead')]);
  const { userId } = await ok(abroad, 'GET', '/v1/auth/validate');
  const who = new Map([[userId, 'the owner']]);
  expectSame(await namedRows(open(other, 'alt'), there.tenantId, { people: who, without: ABROAD }), ofOwner);
  expect(await findMiscounted(other)).toEqual([]);
}, 240_000);

/** Deletes a tenant, lets all graces pass, and sees that nothing of it is left in either database. */
async function removeForGood(owner: Client, tenantId: string, { alt, auth }: { alt: Database; auth: Database }) {
  await ok(owner, 'DELETE', '/v1/tenants/current', { name: 'Everything 株式会社' });
  await auth.script(`update tenants set deletion_at = now() where id = '${tenantId}'`);
  const passing = `update tenants set purge_after = now() - interval '2 hours' where purge_after is not null;
    update readers set purge_after = now() - interval '2 hours' where purge_after is not null;
    update readers set purged_at = now() - interval '2 hours' where purged_at is not null;
    update feeds set created_at = now() - interval '2 days' where tenant_id is not null;
    update articles set received_at = received_at - interval '2 days'
      where received_at > now() - interval '1 day' and feed_id in (select id from feeds where tenant_id is not null);
    select purge_leavers(1000); select purge_projects(1000);
    select collect_garbage(0, 1000), collect_garbage(9007199254740991, 1000)`;
  let left: Record<string, number> = {};
  await eventually(
    async () => {
      await alt.script(passing);
      left = await countRows(alt, tenantId);
      return Object.keys(left).length === 0;
    },
    'the end of the tenant',
    // Notes of what statistics have to forget are looked at by the minute.
    120_000,
  ).catch((error: unknown) => expect([String(error), left]).toEqual(['', {}]));
  // The log says what happened here; the other two are by what an archive of a tenant that went is known.
  expect(Object.keys(await countRows(auth, tenantId))).toEqual(['audit_log', 'removed_tenants', 'tenant_archives']);
}

/** Says of each table that differs which rows are on one side alone. */
function expectSame(there: NamedRows, here: NamedRows): void {
  const differences = [...new Set([...Object.keys(here), ...Object.keys(there)])].flatMap((table) => {
    const [missing, more] = [apart(here[table], there[table]), apart(there[table], here[table])];
    return missing.length + more.length > 0 ? [{ table, missing, more }] : [];
  });
  expect(differences).toEqual([]);
}

function apart(rows: string[] = [], others: string[] = []): string[] {
  const left = [...others];
  return rows.filter((row) => {
    const at = left.indexOf(row);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
