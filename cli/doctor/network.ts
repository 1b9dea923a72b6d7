import type { InstanceHolder } from '@alt/database';
import { localHost } from '../serving.ts';
import type { Settings } from '../settings.ts';
import { type Finding, fault, remark, well } from './finding.ts';
import { isLoopback } from './openness.ts';

const ANSWER_TIMEOUT_MS = 5_000;

/** Who answers at PORT, and how the services behind it are. */
export async function checkGateway(
  settings: Settings,
  holder: InstanceHolder | null,
): Promise<{ findings: Finding[]; isServing: boolean }> {
  const { PORT } = settings;
  const health = await readHealth(`http://${localHost(settings.HOST)}:${PORT}`);
  const owner = holder === null ? '' : ` (process ${holder.pid})`;
  if (health.kind === 'alt') {
    const findings = [well(`Alt${owner} answers on port ${PORT}.`), ...serviceFindings(health.services)];
    return { findings: [...findings, ...(await checkPublicAddress(settings))], isServing: true };
  }
  if (health.kind === 'stranger') {
    const isUp = holder === null ? '' : ` although Alt${owner} runs on this data folder, perhaps with another PORT`;
    const sentence = `Port ${PORT} is taken by another program${isUp}. Choose another one: PORT=${PORT + 1} npm start`;
    return { findings: [holder === null ? fault(sentence) : remark(sentence)], isServing: holder !== null };
  }
  if (holder === null) return { findings: [well(`Port ${PORT} is free; Alt is not running.`)], isServing: false };
  const sentence =
    `Process ${holder.pid} holds the data folder but does not answer on port ${PORT}. If it does not just start, or ` +
    `listen on another PORT, end it (kill ${holder.pid}) and start Alt again.`;
  return { findings: [remark(sentence)], isServing: true };
}

function serviceFindings(services: Record<string, string>): Finding[] {
  const dead = Object.entries(services).filter(([, state]) => state !== 'ok');
  if (dead.length === 0) return [well(`All services are well: ${Object.keys(services).join(', ')}.`)];
  return dead.map(([name, state]) =>
    fault(`${name} is ${state}. Look at what Alt prints (LOG_LEVEL=info says more), and restart it.`),
  );
}

/** The address that people open must lead here, or links in mails and pages lead elsewhere. */
async function checkPublicAddress({ ALT_PUBLIC_URL, publicUrl }: Settings): Promise<Finding[]> {
  if (ALT_PUBLIC_URL === undefined || isLoopback(publicUrl.hostname)) return [];
  const health = await readHealth(publicUrl.origin);
  if (health.kind === 'alt') return [well(`${publicUrl.origin} leads to Alt.`)];
  const found = health.kind === 'stranger' ? 'something else answers there' : 'nothing answers there';
  return [
    remark(
      `${publicUrl.origin} does not lead to Alt from this machine: ${found}. Check the proxy, DNS and ALT_PUBLIC_URL.`,
    ),
  ];
}

type Health = { kind: 'alt'; services: Record<string, string> } | { kind: 'stranger' } | { kind: 'nobody' };

async function readHealth(origin: string): Promise<Health> {
  try {
    const response = await fetch(`${origin}/v1/health`, {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      redirect: 'manual',
    });
    const body = (await response.json().catch(() => null)) as {
      service?: string;
      services?: Record<string, string>;
    } | null;
    return body?.service === 'alt' ? { kind: 'alt', services: body.services ?? {} } : { kind: 'stranger' };
  } catch (error) {
    return { kind: isRefused(error) ? 'nobody' : 'stranger' };
  }
}

/** Nobody listens there, or no such host is known; anything else is somebody who does not speak HTTP with us. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return ['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'].includes(code);
}
