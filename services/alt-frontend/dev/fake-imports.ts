import * as contracts from '@alt/contracts';
import { type FakeHandler, FakeReply } from './fake-api.ts';
import type { FakeState } from './fake-state.ts';

/** Imports from another reader: the password `wrong` fails, `slow` goes on for ever, all others are done at once. */
export const importHandlers: FakeHandler[] = [
  [
    contracts.createReaderImport,
    ({ state, body }) => {
      const made = importOf(state, body);
      state.imports.unshift(made);
      return new FakeReply(made, { status: 202 });
    },
  ],
  [contracts.listReaderImports, ({ state }) => ({ items: state.imports.slice(0, 1), nextCursor: null })],
  [
    contracts.readReaderImport,
    ({ state, params }) => {
      const found = state.imports.find(({ id }) => id === params.id);
      if (!found) throw new contracts.Problem('not-found', 'There is no such import.');
      return found;
    },
  ],
];

function importOf(
  { nextId }: FakeState,
  body: { service: contracts.ReaderImport['service']; url: string; username: string; password?: string | undefined },
): contracts.ReaderImport {
  const now = new Date().toISOString();
  const begun: contracts.ReaderImport = {
    id: `018f3f3f-0000-7000-8000-${String(nextId).padStart(12, '0')}`,
    service: body.service,
    url: URL.parse(body.url)?.href ?? `https://${body.url}/`,
    username: body.username,
    state: 'done',
    phase: 'over',
    done: 1_310,
    total: 1_310,
    result: {
      subscriptions: { created: 37, existing: 5 },
      failed: [{ url: 'mailto:me@example.org', reason: 'Only http and https can be followed.' }],
      articles: {
        found: 1_310,
        stored: 1_302,
        unread: 611,
        starred: 84,
        labelled: 12,
        left: [{ reason: 'removed', count: 8 }],
      },
      missing: [],
    },
    error: null,
    nextAttemptAt: null,
    createdAt: now,
    finishedAt: now,
  };
  if (body.password === 'slow') {
    return { ...begun, state: 'running', phase: 'fetching', done: 420, result: null, finishedAt: null };
  }
  if (body.password !== 'wrong') return begun;
  const message = `${new URL(begun.url).host} does not accept this name and password.`;
  return { ...begun, state: 'failed', result: null, error: { code: 'sign-in-refused', message } };
}
