import { setTimeout as sleep } from 'node:timers/promises';
import type { StaticFeeds } from '@alt/testing/hostile/index.ts';
import { createClient, PASSWORD } from '../client.ts';
import type { LoadingReader } from './reader.ts';

/** Between two rounds: readers read, too. */
const PAUSE_MS = 200;
/** A site that is added answers after this time, so that requests for it are under way when a drain ends. */
export const SLOW_SITE_MS = 6_000;
const ADD_EVERY_MS = 1_000;

export interface Load {
  /** Begins nothing more; resolves when all that was begun is answered. */
  stop(): Promise<void>;
}

/** Does a piece of work again and again until it is stopped; `isOverlapping` does not wait for the last to end. */
export function repeat(work: () => Promise<void>, pauseMs = PAUSE_MS, isOverlapping = false): Load {
  let isStopped = false;
  const running = new Set<Promise<void>>();
  const repeating = (async () => {
    while (!isStopped) {
      const piece = work().finally(() => running.delete(piece));
      running.add(piece);
      if (!isOverlapping) await piece;
      await sleep(pauseMs);
    }
    await Promise.all(running);
  })();
  repeating.catch(() => {}); // told by stop
  return {
    stop() {
      isStopped = true;
      return repeating;
    },
  };
}

/** One round of a reader: looks, opens an entry, marks it, stars every second one, writes a note on it, searches. */
export async function browse({ ask, journal }: LoadingReader): Promise<void> {
  await ask('GET', '/');
  await ask('GET', '/v1/auth/validate');
  const list = await ask('GET', '/v1/entries?view=unread&limit=50');
  await ask('GET', '/v1/counters');
  for (const { id } of (list?.items ?? []).slice(0, 1)) {
    const starred = journal.written.size % 2 === 0;
    const note = `note ${journal.written.size} on ${id}`;
    await ask('GET', `/v1/entries/${id}`);
    const marked = await ask('PATCH', '/v1/entries', { body: { ids: [id], read: true, starred } });
    const noted = await ask('POST', `/v1/entries/${id}/notes`, { body: { body: note }, status: 201 });
    if (marked && noted) journal.written.set(id, { starred, note });
  }
  await ask('GET', '/v1/search?q=post');
  await ask('GET', '/v1/projects');
  await ask('GET', '/v1/user/profile');
}

/** Signs in and out, as somebody at another device. */
export async function signIn(origin: string, { client, journal }: LoadingReader, email: string): Promise<void> {
  const device = createClient(origin);
  const answers = await Promise.resolve()
    .then(async () => {
      const entered = await device.post('/v1/auth/login', { email, password: PASSWORD });
      device.csrfToken = entered.json?.csrfToken ?? '';
      return [entered.status, (await device.get('/v1/counters')).status, (await device.post('/v1/auth/logout')).status];
    })
    .catch((error: unknown) => String(error));
  const isWell = String(answers) === '200,200,204';
  if (isWell) journal.signIns += 1;
  else journal.failures.push({ request: `sign in as ${client.origin}`, what: String(answers), at: Date.now() });
}

/** Subscribes to one slow site after the other; answers their addresses as they are added. */
export function addSites({ ask }: LoadingReader, sites: StaticFeeds, added: string[]): Load {
  let next = 0;
  const add = async () => {
    const url = sites.urls[next++];
    if (url && (await ask('POST', '/v1/subscriptions', { body: { url }, status: 201 }))) added.push(url);
  };
  return repeat(add, ADD_EVERY_MS, true);
}
