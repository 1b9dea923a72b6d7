import path from 'node:path';
import { type Environment, projectRoot } from './settings.ts';
import { untilStopped } from './signals.ts';
import { type RunningPlatform, startPlatform } from './up.ts';

/** Builds the page if its sources changed, starts everything, says where it is, and serves until asked to stop. */
export async function runUp(args: string[]): Promise<number> {
  const stopped = untilStopped();
  const environment: Environment = { ...process.env };
  const { buildFrontend } = await import('../services/alt-frontend/build.ts');
  await buildFrontend({});
  const demo = args.includes('--demo') ? await startDemo(environment) : null;
  const platform = await startPlatform(environment);
  process.stdout.write(await greeting(platform, environment));
  if (demo) process.stdout.write(`The demo's blogs: ${demo.origin} – import ${demo.origin}/subscriptions.opml\n`);
  const lost = await Promise.race([stopped, platform.lost.then((reason) => ({ reason }))]);
  await platform.stop();
  await demo?.stop();
  if (typeof lost === 'string') return 0;
  process.stderr.write(`The database ended: ${lost.reason} Start Alt again; nothing that was saved is lost.\n`);
  return 1;
}

/** The bundled little web of blogs, opened for this run; its Alt lives in a folder of its own. */
async function startDemo(environment: Environment) {
  const { startDemoWeb } = await import('../demo/server.ts');
  const demo = await startDemoWeb({ hasOwnAddresses: true });
  environment.ALT_EGRESS_ALLOW = [environment.ALT_EGRESS_ALLOW, ...demo.hosts].filter(Boolean).join(',');
  environment.ALT_DATA_DIR ||= path.join(projectRoot, '.alt', 'demo');
  return demo;
}

async function greeting(platform: RunningPlatform, environment: Environment): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${platform.port}/v1/auth/setup`).catch(() => null);
  const setup = (await response?.json().catch(() => null)) as { needsFirstAccount?: boolean } | null;
  const code = await platform.setupCode();
  const lines = [`Alt is ready at ${platform.url.href.replace(/\/$/, '')}`];
  if (setup?.needsFirstAccount) {
    lines.push('Open it and make the first account: it owns this Alt.');
    if (code) lines.push(`The page will ask for this one-time code: ${code}`);
  }
  const isLoopback = !environment.HOST || /^(127\.|localhost$|::1$)/.test(environment.HOST);
  if (isLoopback) lines.push('Only this machine can reach it. To open it further: HOST=0.0.0.0 npm start');
  else if (!environment.ALT_PUBLIC_URL)
    lines.push('Other machines can reach it; set ALT_PUBLIC_URL to the address they use.');
  return `${lines.join('\n')}\nStop it with Ctrl+C.\n`;
}
