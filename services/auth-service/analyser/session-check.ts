import { type Endpoint, Problem } from '@alt/contracts';
import { statement } from '@alt/database';
import type { RouteContext } from '@alt/service-kit';
import { writeAudit } from '../audit/writing.ts';
import { agentOf, currentVisit, type Visit } from '../visit.ts';
import type { AnalyserOptions } from './analyser.ts';
import { createSessionWatch, type Impossibility } from './sessions.ts';

type Session = NonNullable<Visit['session']>;

const deviceStatement = statement<{ device: string }>(
  'auth_session_device',
  'select device from sessions where account_id = $1 and id = $2',
);

const distrustStatement = statement(
  'auth_distrust_session',
  "update sessions set proved_at = 'epoch' where account_id = $1 and id = $2",
);

/**
 * Looks at the browser session of a request, made here or exchanged by another service. One that cannot be one person's
 * loses its proof: nothing that needs one works until its owner confirms who they are, and neither does any change of the
 * account. It goes on reading: whom it really belongs to must not be signed out by a stranger.
 */
export function createSessionCheck({ database, mode, now }: AnalyserOptions) {
  const watch = createSessionWatch(now);

  /** Throws `proof-required` where a session that is not trusted changes the account. */
  return async (endpoint: Endpoint, context: RouteContext): Promise<void> => {
    const session = currentVisit()?.session;
    if (!session) return;
    const from = whereFrom(endpoint, context);
    if (!watch.knows(session.id)) watch.begin(session.id, await deviceOf(session));
    const impossible = watch.note(session.id, from);
    if (impossible) await distrust(session, impossible, from.address);
    if (mode !== 'on' || endpoint.access === 'service') return;
    const isDistrusted = impossible !== null || context.reader.provedAt?.getTime() === 0;
    if (isDistrusted && changesAccount(endpoint)) {
      throw new Problem('proof-required', 'Confirm that it is you (POST /v1/auth/confirm), then send this again.');
    }
  };

  async function deviceOf({ id, userId, tenantId }: Session): Promise<string> {
    const find = () => database.asReader({ userId, tenantId }, (tx) => tx.one(deviceStatement, [userId, id]));
    return (await find())?.device ?? '';
  }

  async function distrust({ id, userId, tenantId }: Session, action: Impossibility, address: string): Promise<void> {
    await database.asReader({ userId, tenantId }, async (tx) => {
      if (mode === 'on') await tx.run(distrustStatement, [userId, id]);
      await writeAudit(tx, { action, outcome: 'challenged', userId, tenantId, sessionId: id, address });
    });
  }
}

/** An exchange names the address and the agent of the one whom the other service serves. */
function whereFrom({ name }: Endpoint, { body, address, request }: RouteContext) {
  if (name !== 'exchange') return { address, agent: agentOf(request) };
  const shown = body as unknown as { address: string; agent?: string };
  return { address: shown.address, agent: shown.agent ?? '' };
}

/** Below /v1/auth one signs out, refreshes and confirms; that stays open. */
function changesAccount({ method, path }: Endpoint): boolean {
  return method !== 'GET' && !path.startsWith('/v1/auth/');
}
