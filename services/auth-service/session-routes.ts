import { listSessions, Problem, revokeOneSession, revokeOtherSessions, switchTenant } from '@alt/contracts';
import { type Route, reply, route } from '@alt/service-kit';
import { readUser } from './accounts.ts';
import { type Dependencies, setCookie } from './dependencies.ts';
import { moveSession } from './proving.ts';
import { endOtherSessions, endSession, listReaderSessions, shownSession } from './sessions.ts';

/** Sessions as their owner sees them, and the tenant that one works in. */
export function sessionRoutes(dependencies: Dependencies): Route[] {
  const { database } = dependencies;
  return [
    route(listSessions, ({ reader, query }) => listReaderSessions(database, reader, query)),
    route(revokeOneSession, async ({ reader, params, address }) => {
      const isEnded = await endSession(database, reader, params.id, address);
      if (!isEnded) throw new Problem('not-found', 'There is no such session, or it has ended.');
      return reply(204, undefined, params.id === reader.sessionId ? setCookie(dependencies, '') : {});
    }),
    route(revokeOtherSessions, async ({ reader, address }) => ({
      ended: await endOtherSessions(database, reader, address),
    })),
    route(switchTenant, async ({ reader, body, request, address }) => {
      const shown = shownSession(reader, request);
      const { secret, tenantId, role } = await moveSession(dependencies, reader, body, { shown, address });
      const user = await readUser(dependencies, { ...reader, tenantId, role });
      return reply(200, { user, csrfToken: reader.csrfToken ?? '' }, setCookie(dependencies, secret));
    }),
  ];
}
