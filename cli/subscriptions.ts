import { exportOpml, importOpml } from '@alt/contracts';
import { createEgress, parseAllowList } from '@alt/egress';
import type { Reader, Route, RouteContext } from '@alt/service-kit';
import { opmlRoutes } from '../services/alt-backend/opml.ts';
import { createAsReader } from '../services/alt-backend/store/readers.ts';
import type { DatabaseServer } from './database.ts';
import { type Settings, userAgent } from './settings.ts';

/** What an import did. */
export interface Imported {
  created: number;
  existing: number;
  failed: { url: string; reason: string }[];
}

/** A reader's subscriptions, changed by the very handlers of the API: in one transaction, and nothing is fetched. */
export interface Subscriptions {
  importOpml(opml: string | Uint8Array): Promise<Imported>;
  exportOpml(): Promise<string>;
}

/** Opens the subscriptions of a reader for `work`, with the rights that alt-backend has and no more. */
export async function withSubscriptions<T>(
  { databases, settings, reader }: { databases: DatabaseServer; settings: Settings; reader: Reader },
  work: (subscriptions: Subscriptions) => Promise<T>,
): Promise<T> {
  const database = databases.connectAs('alt-backend');
  if (!database) throw new Error('alt-backend has no database');
  const egress = createEgress({ allow: parseAllowList(settings.ALT_EGRESS_ALLOW), userAgent: userAgent(settings) });
  const routes = opmlRoutes(createAsReader(database), egress);
  try {
    return await work({
      importOpml: async (opml) =>
        (await handle(routes, importOpml, { body: Buffer.from(opml), reader })) as unknown as Imported,
      exportOpml: async () => ((await handle(routes, exportOpml, { reader })) as Response).text(),
    });
  } finally {
    await egress.close();
    await database.end();
  }
}

function handle(routes: Route[], endpoint: Route['endpoint'], context: Partial<RouteContext>): Promise<unknown> {
  const route = routes.find((item) => item.endpoint === endpoint);
  if (!route) throw new Error(`alt-backend has no handler for ${endpoint.method} ${endpoint.path}`);
  return route.handle(context as RouteContext);
}
