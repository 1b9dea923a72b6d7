import type { DemoWeb } from '../demo/server.ts';
import type { Environment } from './settings.ts';
import { untilStopped } from './signals.ts';
import { exitSoon } from './stopping.ts';
import { type RunningPlatform, startPlatform } from './up.ts';

/**
 * Builds the page if its sources changed, starts everything, says where it is, and serves until asked to stop. Whatever
 * fails on the way, what was started is stopped and the process ends.
 */
export async function runUp(args: string[], given: Environment): Promise<number> {
  const stopped = untilStopped();
  const stops: (() => Promise<void>)[] = [];
  try {
    const environment: Environment = { ...given };
    const { buildFrontend } = await import('../services/alt-frontend/build.ts');
    await buildFrontend({});
    const demo = args.includes('--demo') ? await (await import('./demo.ts')).startDemo(environment) : null;
    if (demo) stops.push(demo.stop);
    const platform = await startPlatform(environment);
    stops.push(platform.stop);
    const needsAccount = await needsFirstAccount(platform);
    process.stdout.write(await greeting(platform, environment, needsAccount));
    if (demo) stops.push(introduceDemo(demo, environment, needsAccount).stop);
    const lost = await Promise.race([stopped, platform.lost.then((reason) => ({ reason }))]);
    if (typeof lost === 'string') return 0;
    process.stderr.write(`The database ended: ${lost.reason} Start Alt again; nothing that was saved is lost.\n`);
    return 1;
  } finally {
    try {
      for (const stop of stops.reverse()) await stop();
    } finally {
      exitSoon();
    }
  }
}

/** Says where the demo's blogs are; an account that is made now finds them followed. */
function introduceDemo(demo: DemoWeb, environment: Environment, isFirstTime: boolean) {
  const list = `${demo.origin}/subscriptions.opml`;
  if (!isFirstTime) {
    process.stdout.write(`The demo's blogs: ${demo.origin} – their list, for importing: ${list}\n`);
    return { stop: async () => {} };
  }
  process.stdout.write(
    `The first account follows the ${demo.feeds.length} feeds of the demo's blogs: ${demo.origin}\n`,
  );
  const stopping = new AbortController();
  const following = import('./demo.ts')
    .then(({ followWithFirstAccount }) => followWithFirstAccount(demo, environment, stopping.signal))
    .catch((error: unknown) => {
      if (stopping.signal.aborted) return;
      process.stderr.write(`The demo's blogs could not be followed (${error}). Import their list: ${list}\n`);
    });
  return {
    async stop() {
      stopping.abort();
      await following;
    },
  };
}

async function needsFirstAccount(platform: RunningPlatform): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${platform.port}/v1/auth/setup`).catch(() => null);
  const setup = (await response?.json().catch(() => null)) as { needsFirstAccount?: boolean } | null;
  return setup?.needsFirstAccount ?? false;
}

async function greeting(platform: RunningPlatform, environment: Environment, needsAccount: boolean): Promise<string> {
  // A database that dies in this moment comes back; the next start names the code.
  const code = needsAccount ? await platform.setupCode().catch(() => null) : null;
  const lines = [`Alt is ready at ${platform.url.href.replace(/\/$/, '')}`];
  if (needsAccount) {
    lines.push('Open it and make the first account: it owns this Alt.');
    if (code) lines.push(`The page will ask for this one-time code: ${code}`);
  }
  const isLoopback = !environment.HOST || /^(127\.|localhost$|::1$)/.test(environment.HOST);
  if (isLoopback) lines.push('Only this machine can reach it. To open it further: HOST=0.0.0.0 npm start');
  else if (!environment.ALT_PUBLIC_URL)
    lines.push('Other machines can reach it; set ALT_PUBLIC_URL to the address they use.');
  return `${lines.join('\n')}\nStop it with Ctrl+C.\n`;
}
