import { startStaticFeeds } from '@alt/testing/hostile/index.ts';

/** The web of a measurement, as a process of its own: feeds, articles a feed, hosts. Speaks over IPC. */
const [feeds = 100, items = 20, hosts = 1, latencyMs = 0] = process.argv.slice(2).map(Number);
const site = await startStaticFeeds({ feeds, items, hosts, latencyMs });
const AT_ONCE = 100;

/** Documents are made when first asked for; that must not be measured. */
async function warmUp(): Promise<void> {
  for (let at = 0; at < site.urls.length; at += AT_ONCE) {
    await Promise.all(site.urls.slice(at, at + AT_ONCE).map(async (url) => (await fetch(url)).arrayBuffer()));
  }
}

process.on('message', async (message: { publish?: number; stop?: boolean; served?: boolean }) => {
  if (message.publish !== undefined) {
    site.publish(message.publish);
    await warmUp();
    process.send?.({ ready: true });
  }
  if (message.stop) {
    await site.stop();
    process.exit(0);
  }
});
await warmUp();
process.send?.({ urls: site.urls });
