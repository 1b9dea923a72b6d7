import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { statement } from '@alt/database';
import { temporaryParent } from '@alt/database/test-server.ts';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { createEgress } from '@alt/egress';
import { createTokenReader, type ExternalToken } from '@alt/external-tokens';
import { createLogger, type Host, parseConfig } from '@alt/service-kit';
import { startKubernetesApi, type TestKubernetesApi } from '@alt/testing/kubernetes-api.ts';
import {
  type OauthProviderOptions,
  type RunningOauthProvider,
  startOauthProvider,
} from '@alt/testing/oauth-provider.ts';
import { beginAuthorisation } from './authorizing.ts';
import { config } from './config.ts';
import { leaseFor, look, type Manager, openManager } from './manager.ts';

export const storeKinds = ['file', 'postgres', 'kubernetes'] as const;
export type StoreKind = (typeof storeKinds)[number];

const NAMESPACE = 'alt-processing';
const REDIRECT = 'http://127.0.0.1:8412/callback';

/** A store of one kind, a provider, and ways to work with them in this process and in others. */
export interface TestTokens {
  kind: StoreKind;
  provider: RunningOauthProvider;
  kubernetes: TestKubernetesApi | null;
  folder: string;
  environment: Record<string, string>;
  /** The log of this process and all that children wrote. */
  said(): string;
  /** A manager in this process. */
  open(options?: { now?: () => number }): Promise<Manager>;
  authorize(manager: Manager, account?: string): Promise<void>;
  /** One look, as a served manager takes it. */
  look(manager: Manager, nextLookMs?: number): ReturnType<typeof look>;
  /** What a reader of another service gets. */
  read(account?: string): Promise<ExternalToken | null>;
  /** Whether that is a token which the provider takes. */
  isUsable(account?: string): Promise<boolean>;
  /** Holds the rows of the store in Postgres until told otherwise. */
  whileLocked(onLocked: () => void, until: Promise<void>): Promise<void>;
  /** Whether somebody waits for such a row. */
  waitingForLock(): Promise<boolean>;
  /** `alt` in a process of its own. */
  start(...words: string[]): RunningCommand;
  stop(): Promise<void>;
}

export interface RunningCommand {
  child: ChildProcess;
  ended: Promise<{ code: number | null; output: string }>;
  kill(): Promise<void>;
}

export async function startTestTokens(
  kind: StoreKind,
  { leaseSeconds = 90, ...options }: OauthProviderOptions & { leaseSeconds?: number } = {},
): Promise<TestTokens> {
  const folder = await mkdtemp(path.join(temporaryParent(), 'alt-tokens-'));
  const provider = await startOauthProvider(options);
  const made = await storeOf(kind, folder);
  const said: string[] = [];
  const children: ChildProcess[] = [];
  const closes: (() => Promise<void>)[] = [];
  const environment: Record<string, string> = {
    ALT_DATA_DIR: path.join(folder, 'data'),
    ALT_TOKENS_STORE: kind,
    ALT_TOKENS_KEY: 'the-key-of-the-tests-which-is-long-enough',
    ALT_TOKENS_LEASE_SECONDS: String(leaseSeconds),
    INOREADER_URL: provider.origin,
    INOREADER_CLIENT_ID: provider.clientId,
    INOREADER_CLIENT_SECRET: provider.clientSecret,
    LOG_LEVEL: 'debug',
    ...made.environment,
  };
  const databaseAs = (role: string) => made.database?.connectAs(role) ?? null;
  const tokens: TestTokens = {
    kind,
    provider,
    kubernetes: made.kubernetes,
    folder,
    environment,
    said: () => said.join(''),
    async open({ now } = {}) {
      const egress = createEgress({ userAgent: 'test' });
      const database = databaseAs('auth_token_manager');
      const host = { egress, database, log: logInto(said) } as unknown as Host;
      const manager = await openManager(parseConfig('test', config, environment), host, {
        random: () => 0.5,
        ...(now ? { now } : {}),
      });
      closes.push(async () => {
        await manager.close();
        await egress.close();
      });
      return manager;
    },
    authorize: (manager, account = 'default') => authorize(manager, account),
    look: (manager, nextLookMs = 60_000) =>
      look(manager, { nextLookMs, waitMs: 30_000, signal: new AbortController().signal }),
    async read(account = 'default') {
      const settings = parseConfig('test', config, environment);
      const mounted = made.kubernetes ? await mount(made.kubernetes, folder) : settings.folder;
      return createTokenReader({ ...settings, folder: mounted, database: databaseAs('auth_token_manager') }).read(
        'inoreader',
        account,
      );
    },
    async isUsable(account) {
      const token = await tokens.read(account);
      return token !== null && provider.isAccessTokenValid(token.accessToken);
    },
    ...locksOf(made.database),
    start: (...words) => start(words, environment, said, children),
    async stop() {
      for (const child of children) child.kill('SIGKILL');
      provider.release();
      made.kubernetes?.release();
      for (const close of closes) await close();
      await provider.stop();
      await made.kubernetes?.stop();
      await made.database?.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return tokens;
}

function locksOf(database: TestDatabase | null): Pick<TestTokens, 'whileLocked' | 'waitingForLock'> {
  return {
    whileLocked: async (onLocked, until) =>
      database?.superuser('alt').transaction(async (rows) => {
        await rows.all(statement('test_lock_tokens', 'select version from external_tokens for update'));
        onLocked();
        await until;
      }),
    async waitingForLock() {
      const count = statement<{ count: number }>(
        'test_waiting',
        `select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
      );
      return ((await database?.superuser('alt').one(count))?.count ?? 0) > 0;
    },
  };
}

interface MadeStore {
  database: TestDatabase | null;
  kubernetes: TestKubernetesApi | null;
  environment: Record<string, string>;
}

async function storeOf(kind: StoreKind, folder: string): Promise<MadeStore> {
  if (kind === 'postgres') {
    const database = await createTestDatabase();
    const { user, password, host, port, database: name } = database.connection('auth_token_manager');
    const url = `postgres://${user}:${encodeURIComponent(password)}@localhost/${name}?host=${encodeURIComponent(host)}&port=${port}`;
    return { database, kubernetes: null, environment: { DATABASE_URL: url } };
  }
  if (kind === 'file') {
    return { database: null, kubernetes: null, environment: { ALT_TOKENS_DIR: path.join(folder, 'tokens') } };
  }
  const kubernetes = await startKubernetesApi({
    namespace: NAMESPACE,
    rules: chartRules(),
    objects: [
      {
        resource: 'secrets',
        name: 'auth-token-manager-tokens',
        object: { kind: 'Secret', metadata: { name: 'auth-token-manager-tokens' } },
      },
      {
        resource: 'leases',
        name: 'auth-token-manager',
        object: { kind: 'Lease', metadata: { name: 'auth-token-manager' } },
      },
    ],
  });
  const account = path.join(folder, 'account');
  await mkdir(account);
  await writeFile(path.join(account, 'token'), kubernetes.token);
  await writeFile(path.join(account, 'ca.crt'), kubernetes.ca);
  await writeFile(path.join(account, 'namespace'), NAMESPACE);
  const environment = {
    KUBERNETES_SERVICE_HOST: kubernetes.host,
    KUBERNETES_SERVICE_PORT: String(kubernetes.port),
    KUBERNETES_ACCOUNT_DIR: account,
  };
  return { database: null, kubernetes, environment };
}

/** As the chart's Role has them; charts.test compares the two. */
export function chartRules() {
  return [
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['auth-token-manager-tokens'], verbs: ['get', 'update'] },
    {
      apiGroups: ['coordination.k8s.io'],
      resources: ['leases'],
      resourceNames: ['auth-token-manager'],
      verbs: ['get', 'update'],
    },
  ];
}

/** What a kubelet does for a pod that mounts the keys for readers. */
async function mount(kubernetes: TestKubernetesApi, folder: string): Promise<string> {
  const mounted = path.join(folder, 'mounted');
  await mkdir(mounted, { recursive: true });
  const { data } = (kubernetes.object('secrets', 'auth-token-manager-tokens') ?? {}) as {
    data?: Record<string, string>;
  };
  for (const [name, value] of Object.entries(data ?? {})) {
    if (name.endsWith('.access.json')) await writeFile(path.join(mounted, name), Buffer.from(value, 'base64'));
  }
  return mounted;
}

/** A person who opens the address, allows it, and comes back. */
async function authorize(manager: Manager, account: string): Promise<void> {
  const options = { provider: 'inoreader', account, redirectUri: REDIRECT } as const;
  const authorisation = await beginAuthorisation(manager, () => leaseFor(manager), options);
  await authorisation.finish(await consent(authorisation.url));
}

/** The address that the provider sends the browser to. */
export async function consent(url: URL): Promise<URL> {
  const response = await fetch(url, { redirect: 'manual' });
  return new URL(response.headers.get('location') ?? 'http://no-answer');
}

function logInto(said: string[]) {
  const log = createLogger('silent');
  const into =
    (level: string) =>
    (...words: unknown[]) =>
      void said.push(`${level} ${JSON.stringify(words)}\n`);
  return Object.assign(Object.create(log), {
    debug: into('debug'),
    info: into('info'),
    warn: into('warn'),
    error: into('error'),
  }) as typeof log;
}

function start(
  words: string[],
  environment: Record<string, string>,
  said: string[],
  children: ChildProcess[],
): RunningCommand {
  const main = path.join(import.meta.dirname, '../../main.ts');
  const child = spawn(process.execPath, [main, ...words], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
      said.push(String(chunk));
    });
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  return {
    child,
    ended,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
