import {
  createSubscription,
  Problem,
  type ProblemCode,
  problemSchema,
  problems,
  type Subscription,
} from '@alt/contracts';
import { createEgress, parseAllowList } from '@alt/egress';
import { createLogger, errorResponse, type PeerFetch, parseConfig, type Reader, type Reply } from '@alt/service-kit';
import { createReaderKey, revokeReaderKey } from '../../services/auth-service/keys.ts';
import type { DatabaseServer } from '../database.ts';
import { findServing } from '../serving.ts';
import { type Environment, readSettings, userAgent } from '../settings.ts';

export interface Wish {
  url: string;
  /** As it is, even if nothing answers there. */
  force: boolean;
}

export interface Followed {
  subscription: Subscription;
  isNew: boolean;
}

export interface Subscriber {
  databases: DatabaseServer;
  environment: Environment;
  reader: Reader;
}

/**
 * Follows a feed, or the feed of a site, as POST /v1/subscriptions does: by asking the running Alt, which may reach what
 * its own settings allow; where none runs, by the same handlers in this process. Throws the Problems of that endpoint.
 */
export async function subscribe(subscriber: Subscriber, wish: Wish): Promise<Followed> {
  const { ALT_DATA_DIR } = readSettings(subscriber.environment);
  const serving = await findServing(ALT_DATA_DIR);
  return serving ? askRunning(serving.origin, subscriber, wish) : subscribeHere(subscriber, wish);
}

const TIMEOUT_MS = 90_000;

/** In the name of the reader, with a key that lives for this one request. */
async function askRunning(origin: string, { databases, reader }: Subscriber, wish: Wish): Promise<Followed> {
  const auth = databases.connectAs('auth-service');
  if (!auth) throw new Error('auth-service has no database');
  try {
    const { id, key } = await createReaderKey(auth, reader, 'api-key', 'alt feed add', '');
    try {
      const response = await fetch(`${origin}${createSubscription.path}`, {
        method: createSubscription.method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(wish),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) throw problemOf(await response.json().catch(() => null));
      return { subscription: (await response.json()) as Subscription, isNew: response.status === 201 };
    } finally {
      await revokeReaderKey(auth, reader, 'api-key', id, '');
    }
  } finally {
    await auth.end();
  }
}

function problemOf(document: unknown): Error {
  const parsed = problemSchema.safeParse(document);
  if (!parsed.success || !Object.hasOwn(problems, parsed.data.code)) return new Error('Alt gave no useful answer.');
  const { code, detail, feeds } = parsed.data;
  return new Problem(code as ProblemCode, detail, { extra: { feeds } });
}

/** By alt-backend's own route, whose peer is pre-processor's own code. */
async function subscribeHere({ databases, environment, reader }: Subscriber, wish: Wish): Promise<Followed> {
  const { subscriptionRoutes } = await import('../../services/alt-backend/subscriptions.ts');
  const { createAsReader } = await import('../../services/alt-backend/store/readers.ts');
  const backend = databases.connectAs('alt-backend');
  if (!backend) throw new Error('alt-backend has no database');
  const adding = await openAdding(databases, environment);
  try {
    const routes = subscriptionRoutes(createAsReader(backend), adding.peer);
    const route = routes.find(({ endpoint }) => endpoint === createSubscription);
    if (!route) throw new Error('alt-backend has no handler for a new subscription');
    const context = { body: wish, reader, requestId: 'alt-feed-add' } as unknown as Parameters<typeof route.handle>[0];
    const answer = (await route.handle(context)) as Reply<Subscription>;
    return { subscription: answer.value, isNew: answer.status === 201 };
  } finally {
    await adding.close();
    await backend.end();
  }
}

/** What pre-processor does when a feed is added, without its scheduler. */
async function openAdding(databases: DatabaseServer, environment: Environment) {
  const preProcessor = await import('../../services/pre-processor/adding-alone.ts');
  const { config } = await import('../../services/pre-processor/config.ts');
  const database = databases.connectAs('pre-processor');
  if (!database) throw new Error('pre-processor has no database');
  const settings = readSettings(environment);
  const log = createLogger(settings.LOG_LEVEL ?? 'error');
  const egress = createEgress({
    allow: parseAllowList(settings.ALT_EGRESS_ALLOW),
    userAgent: userAgent(settings),
    ...(settings.EGRESS_PROXY_URL ? { proxyUrl: settings.EGRESS_PROXY_URL } : {}),
  });
  const adding = preProcessor.createAddingAlone({
    database,
    egress,
    log,
    settings: parseConfig('pre-processor', config, environment),
  });
  const peer: PeerFetch = async (_path, init) => {
    try {
      return Response.json(await adding.resolve(JSON.parse(String(init?.body))));
    } catch (error) {
      return errorResponse(error, 'alt-feed-add', { log });
    }
  };
  return {
    peer,
    async close() {
      await adding.stop();
      await egress.close();
      await database.end();
    },
  };
}
