import { setTimeout as sleep } from 'node:timers/promises';
import { createDatabase, type Database, findRunningEmbedded } from '@alt/database';
import { loadRolePasswords, roleConnection } from '@alt/database/roles.ts';
import {
  createHost,
  createIdentify,
  createLogger,
  createPeer,
  generateServiceKey,
  parseConfig,
  parseTrustedProxies,
  publicHalf,
} from '@alt/service-kit';
import { loadSecrets } from '../cli/settings.ts';
import { service } from '../services/auth-service/service.ts';
import { repeat } from './lists.ts';
import { databaseSettings, type Platform, startPlatform } from './platform.ts';
import type { Section } from './report.ts';

const PASSWORD = 'a long sentence for the benchmark 7';
const TARGET = 'p95 ≤ 1 ms';

/** What it costs a service to know who asks: from the request to the reader, in one process with auth-service. */
export async function benchAuth({ isQuick }: { isQuick: boolean }): Promise<Section> {
  const platform = await startPlatform();
  const runs = isQuick ? 200 : 2_000;
  try {
    const { cookie, key } = await signIn(platform.origin);
    const database = openAsService(platform);
    const { identify, stop } = await startIdentifying(database, (await loadSecrets(platform.dataDir)).secretKey);
    const ask = async (headers: Record<string, string>, address: string) => {
      const reader = await identify(new Request('http://bench/v1/entries', { headers }), address);
      if (!reader) throw new Error('nobody was recognised');
    };
    const withCookie = { cookie, 'user-agent': 'bench/1' };
    const withKey = { authorization: `Bearer ${key}`, 'user-agent': 'bench/1' };
    // An answer is kept by credential and address: another address is another exchange.
    const another = (run: number) => `10.0.${(run >> 8) & 255}.${run & 255}`;
    const values = {
      keptCookie: await repeat(runs, () => ask(withCookie, '10.1.0.1')),
      keptKey: await repeat(runs, () => ask(withKey, '10.1.0.1')),
      used: await inUse(isQuick ? 5_000 : 60_000, () => ask(withCookie, '10.1.0.2')),
      cookie: await repeat(runs, (run) => ask(withCookie, another(run + runs))),
      key: await repeat(runs, (run) => ask(withKey, another(run + runs))),
    };
    const settings = await databaseSettings(database);
    await stop();
    await database.end();
    return {
      title: 'Who asks',
      notes: [
        `From a request to its reader, the token verified; an exchange is kept for 5 s, and made anew beside requests after 3 s. Postgres: ${settings}.`,
        'Exchanged anew: one request after the other to auth-service in the same process, with the statements of a session or a key.',
      ],
      measures: [
        { what: 'a session in use, a request a second', unit: 'ms', values: values.used, target: TARGET },
        { what: 'cookie, exchange kept', unit: 'ms', values: values.keptCookie, target: TARGET },
        { what: 'API key, exchange kept', unit: 'ms', values: values.keptKey, target: TARGET },
        { what: 'cookie, exchanged anew', unit: 'ms', values: values.cookie },
        { what: 'API key, exchanged anew', unit: 'ms', values: values.key },
      ],
    };
  } finally {
    await platform.stop();
  }
}

/** Milliseconds of each request of a session that asks once a second. */
async function inUse(durationMs: number, ask: () => Promise<void>): Promise<number[]> {
  const values: number[] = [];
  for (const end = performance.now() + durationMs; performance.now() < end; await sleep(1_000)) {
    const startedAt = performance.now();
    await ask();
    values.push(performance.now() - startedAt);
  }
  return values;
}

async function signIn(origin: string): Promise<{ cookie: string; key: string }> {
  const send = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'bench/1', ...headers },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    const cookie = response.headers.getSetCookie().find((item) => item.startsWith('alt_session='));
    return { cookie: cookie?.split(';')[0] ?? '', json: await response.json() };
  };
  const { cookie, json } = await send('/v1/auth/register', { email: 'bench@example.org', password: PASSWORD });
  const headers = { cookie, 'x-csrf-token': json.csrfToken };
  const { key } = (await send('/v1/user/api-keys', { name: 'bench' }, headers)).json;
  return { cookie, key };
}

function openAsService({ dataDir }: Platform): Database {
  const admin = findRunningEmbedded(dataDir);
  if (!admin) throw new Error('the embedded Postgres is not running');
  const connection = roleConnection(admin, 'auth', 'auth_service', loadRolePasswords(dataDir));
  return createDatabase({ ...connection, applicationName: 'bench auth-service' });
}

/** auth-service in this process, and what alt-backend has of it. */
async function startIdentifying(database: Database, secretKey: string) {
  const [own, peer] = await Promise.all([generateServiceKey('auth-service'), generateServiceKey('alt-backend')]);
  const all = [publicHalf(own), publicHalf(peer)];
  const unreachable = () => Promise.reject(new Error('the bench calls nobody outside'));
  const shared = {
    environment: {},
    log: createLogger('silent'),
    signal: new AbortController().signal,
    listener: null,
    egress: unreachable,
    publicUrl: new URL('http://localhost:8000'),
    trustedProxies: parseTrustedProxies(''),
    reach: () => ({ baseUrl: 'http://localhost', dispatch: unreachable }),
  };
  const host = createHost({ ...shared, name: 'auth-service', database, keys: { own, all } } as never);
  const caller = createHost({ ...shared, name: 'alt-backend', database: null, keys: { own: peer, all } } as never);
  const { fetch, stop } = await service.start(
    parseConfig('auth-service', service.config, { ALT_SECRET_KEY: secretKey }),
    host,
  );
  if (!fetch) throw new Error('auth-service serves nothing');
  const toAuth = createPeer('auth-service', { keys: caller.keys, baseUrl: 'http://localhost', dispatch: fetch });
  return { identify: createIdentify(toAuth), stop };
}
