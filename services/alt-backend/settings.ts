import { Problem, readSettings, readStats, type Settings, writeSettings } from '@alt/contracts';
import { type Route, route } from '@alt/service-kit';
import * as store from './store/readers.ts';

export function settingsRoutes(asReader: store.AsReader): Route[] {
  return [
    route(readSettings, async ({ reader }) => asReader(reader, store.readSettings)),

    route(writeSettings, async ({ body: { version, ...change }, reader }) =>
      asReader(reader, async (tx, readerId) => {
        const isDone = await store.writeSettings(tx, readerId, change as Partial<Settings>, version ?? null);
        if (!isDone) throw new Problem('conflict', 'The settings changed meanwhile. Load them and try again.');
        return store.readSettings(tx, readerId);
      }),
    ),

    route(readStats, async ({ reader }) => {
      const stats = await asReader(reader, store.readStats);
      return {
        subscriptions: stats.subscriptions,
        failingSubscriptions: stats.failing,
        entries: stats.entries,
        entriesIsExact: stats.entries < 100_000,
        unread: stats.unread,
        starred: stats.starred,
        receivedLast7Days: stats.received,
        readLast7Days: stats.read,
      };
    }),
  ];
}
