import { setTimeout as sleep } from 'node:timers/promises';
import type { ReaderImport } from '@alt/contracts';
import { createReaderImport, readReaderImport } from '@alt/contracts';
import { Reply, type Route, type RouteContext } from '@alt/service-kit';
import { importRoutes } from '../services/alt-backend/imports/routes.ts';
import { createSealing } from '../services/alt-backend/imports/sealing.ts';
import { createAsReader } from '../services/alt-backend/store/readers.ts';
import { findReader } from './accounts.ts';
import { readArguments } from './arguments.ts';
import { isPolling } from './feed/polls.ts';
import { withDatabases } from './session.ts';
import { loadSecrets } from './settings.ts';
import { askPassword, type Terminal } from './terminal.ts';
import { counted } from './wording.ts';

const LOOK_MS = 1_000;

/** `alt import google-reader`: begins an import by the very handler of the API, and tells how far the running Alt is with it. */
export async function importAccount(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, {
    least: 1,
    options: { user: 'string', name: 'string', password: 'string', service: 'string' },
  });
  const [url = ''] = given;
  if (!options.name) throw new Error('Say who you are at the other service with --name NAME.');
  const password = options.password ?? (await askPassword(terminal, `Password of ${options.name} at ${url}`));
  const body = createReaderImport.body?.safeParse({
    service: options.service ?? 'other',
    url,
    username: options.name,
    password,
  });
  if (!body?.success) throw new Error('This cannot be imported: check the address, the name and --service.');
  return withDatabases(terminal, async (databases, settings) => {
    const reader = await findReader(databases, options.user);
    const database = databases.connectAs('alt-backend');
    if (!database) throw new Error('alt-backend has no database');
    try {
      const key = terminal.environment.ALT_IMAGE_KEY || (await loadSecrets(settings.ALT_DATA_DIR)).imageKey;
      const routes = importRoutes(createAsReader(database), createSealing(key));
      const begun = await handle(routes, createReaderImport, { body: body.data, reader } as Partial<RouteContext>);
      if (!(await isPolling(databases))) {
        terminal.print('The import begins when Alt is started.');
        return 0;
      }
      return await follow(terminal, () => handle(routes, readReaderImport, { params: { id: begun.id }, reader }));
    } finally {
      await database.end();
    }
  });
}

async function handle(
  routes: Route[],
  endpoint: Route['endpoint'],
  context: Partial<RouteContext>,
): Promise<ReaderImport> {
  const route = routes.find((item) => item.endpoint === endpoint);
  if (!route) throw new Error(`alt-backend has no handler for ${endpoint.method} ${endpoint.path}`);
  const answer = await route.handle(context as RouteContext);
  return (answer instanceof Reply ? answer.value : answer) as ReaderImport;
}

const PHASES: Record<ReaderImport['phase'], string> = {
  connecting: 'signing in',
  subscriptions: 'reading the subscriptions',
  listing: 'listing the articles',
  fetching: 'fetching articles',
  storing: 'storing articles',
  over: 'over',
};

async function follow(terminal: Terminal, look: () => Promise<ReaderImport>): Promise<number> {
  for (;;) {
    const seen = await look();
    const { state, phase, done, total, error, result } = seen;
    if (state === 'failed') {
      terminal.remark('');
      throw new Error(error?.message ?? 'The import failed.');
    }
    if (state === 'done' && result) {
      terminal.replaceRemark?.('');
      tell(terminal, result);
      return 0;
    }
    const count = total > 0 ? ` (${done.toLocaleString('en')} of ${total.toLocaleString('en')})` : '';
    terminal.replaceRemark?.(error ? `waiting: ${error.message}` : `${PHASES[phase]}${count}`);
    await sleep(LOOK_MS);
  }
}

function tell(
  terminal: Terminal,
  { subscriptions, articles, failed, missing }: NonNullable<ReaderImport['result']>,
): void {
  const { created, existing } = subscriptions;
  terminal.print(`${counted(created, 'new subscription')}, ${existing.toLocaleString('en')} that were there already.`);
  const { stored, unread, starred, labelled } = articles;
  terminal.print(`${counted(stored, 'article')}: ${unread} unread, ${starred} starred, ${labelled} labelled.`);
  for (const { reason, count } of articles.left) terminal.remark(`  ${count} left out: ${reason}`);
  for (const { url, reason } of failed) terminal.remark(`  ${url}: ${reason}`);
  if (missing.length > 0) terminal.remark(`  The service could not list everything: ${missing.join(', ')}`);
}
