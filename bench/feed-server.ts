import { startStaticFeeds } from '@alt/testing/hostile/index.ts';

/** The web of a measurement, as a process of its own: feeds, articles a feed, hosts. Speaks over IPC. */
const [feeds = 100, items = 20, hosts = 1] = process.argv.slice(2).map(Number);
const site = await startStaticFeeds({ feeds, items, hosts });

/** Documents are made when first asked for; that must not be measured. */
async function warmUp(): Promise<void> {
  for (const url of site.urls) await (await fetch(url)).arrayBuffer();
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
