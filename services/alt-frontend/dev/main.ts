import { parseArgs } from 'node:util';
import { createServer } from 'vite';
import { distFolder } from '../build.ts';
import { viteConfig } from '../bundle.ts';
import { fakePassword } from './fake-state.ts';
import { startFakeSite } from './site.ts';

if (import.meta.main) await main();

/** `node services/alt-frontend/dev/main.ts [--fresh] [--empty]`: the web app on invented data, reloading as you edit. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { fresh: { type: 'boolean' }, empty: { type: 'boolean' } } });
  const site = await startFakeSite({ isFresh: values.fresh ?? false, isEmpty: values.empty ?? false });
  const vite = await createServer({
    ...viteConfig(distFolder),
    logLevel: 'warn',
    server: { host: '127.0.0.1', proxy: { '/v1': site.url } },
  });
  await vite.listen();
  process.stdout.write(`${vite.resolvedUrls?.local[0] ?? ''} — any e-mail, password “${fakePassword}”\n`);
  process.stdout.write(`The built app, as it is served: ${site.url}\n`);
}
