import type { Host } from '@alt/service-kit';
import type { PeerOf } from '@alt/topology';

const HEALTH_TIMEOUT_MS = 5_000;

/** The services that answer at the public origin. */
const NEEDED = [
  'alt-backend',
  'auth-service',
  'alt-frontend',
  'tenant-service',
  'arch-repo-service',
] as const satisfies readonly PeerOf<'gateway'>[];

/** /v1/health, /v1/ready and /v1/live of the platform: of all that the gateway needs. Null for any other path. */
export async function platformHealth(pathname: string, host: Host<PeerOf<'gateway'>>): Promise<Response | null> {
  const kind = /^\/v1\/(health|ready|live)$/.exec(pathname)?.[1];
  if (!kind) return null;
  if (kind === 'live') return Response.json({ status: 'ok', service: 'alt' });
  const answers = await Promise.all(NEEDED.map(async (name) => [name, await stateOf(name, kind, host)] as const));
  const isWell = answers.every(([, state]) => state === 'ok') && !host.signal.aborted && host.isDraining?.() !== true;
  const status = isWell ? 'ok' : kind === 'ready' ? 'not-ready' : 'failing';
  const body = { status, service: 'alt', services: Object.fromEntries(answers) };
  return Response.json(body, { status: isWell ? 200 : 503, headers: { 'cache-control': 'no-store' } });
}

async function stateOf(name: (typeof NEEDED)[number], kind: string, host: Host<PeerOf<'gateway'>>): Promise<string> {
  try {
    const response = await host.peer(name)(`/v1/${kind}`, { timeoutMs: HEALTH_TIMEOUT_MS });
    const body = (await response.json()) as { status?: string };
    return response.ok ? 'ok' : (body.status ?? 'failing');
  } catch {
    return 'unreachable';
  }
}
