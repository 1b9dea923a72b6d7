import { untilStopped } from './signals.ts';
import { startPlatform } from './up.ts';

/** Builds the page if its sources changed, starts everything, says where it is, and serves until asked to stop. */
export async function runUp(args: string[]): Promise<number> {
  const stopped = untilStopped();
  const environment = { ...process.env };
  const { buildFrontend } = await import('../services/alt-frontend/build.ts');
  await buildFrontend({});
  const demo = args.includes('--demo') ? await startDemo(environment) : null;
  const platform = await startPlatform(environment);
  process.stdout.write(await greeting(platform, environment));
  if (demo) process.stdout.write(`The demo's subscriptions: ${demo.origin}/subscriptions.opml\n`);
  const lost = await Promise.race([stopped, platform.lost.then((reason) => ({ reason }))]);
  await platform.stop();
  await demo?.stop();
  if (typeof lost === 'string') return 0;
  process.stderr.write(`The database ended: ${lost.reason} Start Alt again; nothing that was saved is lost.\n`);
  return 1;
}

/** The bundled little web of blogs, opened for this run. */
async function startDemo(environment: Record<string, string | undefined>) {
  const { startDemoWeb } = await import('../demo/server.ts');
  const demo = await startDemoWeb({});
  const host = new URL(demo.origin).host;
  environment.ALT_EGRESS_ALLOW = [environment.ALT_EGRESS_ALLOW, host].filter(Boolean).join(',');
  return demo;
}

async function greeting(platform: { url: URL; port: number }, environment: Record<string, string | undefined>) {
  const response = await fetch(`http://127.0.0.1:${platform.port}/v1/auth/setup`).catch(() => null);
  const setup = (await response?.json().catch(() => null)) as { needsFirstAccount?: boolean } | null;
  const lines = [`Alt is ready at ${platform.url.href.replace(/\/$/, '')}`];
  if (setup?.needsFirstAccount) lines.push('Open it and make the first account: it owns this Alt.');
  const isLoopback = !environment.HOST || /^(127\.|localhost$|::1$)/.test(environment.HOST);
  if (isLoopback) lines.push('Only this machine can reach it. To open it further: HOST=0.0.0.0 npm start');
  lines.push('Stop it with Ctrl+C.');
  return `${lines.join('\n')}\n`;
}
