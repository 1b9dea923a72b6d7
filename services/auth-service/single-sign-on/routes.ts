import {
  confirmBySingleSignOn,
  finishSingleSignOn,
  linkSingleSignOn,
  Problem,
  readOwnSingleSignOn,
  readSingleSignOn,
  startSingleSignOn,
  unlinkSingleSignOn,
} from '@alt/contracts';
import { type Reader, type Route, reply, route } from '@alt/service-kit';
import { type Dependencies, setCookie } from '../dependencies.ts';
import { countRequest } from '../lockouts.ts';
import { openBoundSession, requireSession, rotateSession, shownSession } from '../sessions.ts';
import { writeAudit } from '../store.ts';
import { visitorOf } from '../visitor.ts';
import { lockWaysIn, refuseLastWayIn } from '../ways-in.ts';
import { accountBySignOn, linkTo } from './accounts.ts';
import { type Answered, beginSignOn, endSignOn, isOwnErrand, over, receiveAnswer } from './sign-on.ts';
import { findAccountBySignOn, readSignOn, unlinkSignOn } from './store.ts';

/** Signing in, linking and confirming by an OpenID provider. */
export function singleSignOnRoutes(dependencies: Dependencies): Route[] {
  const { database, config, issuer, provider } = dependencies;
  const requireIssuer = () => {
    if (issuer) return issuer;
    throw new Problem('not-found', 'There is no single sign-on here.');
  };
  const sendAway = async (reader: Reader, purpose: 'link' | 'confirm', returnTo = '/') => {
    const errand = { purpose, userId: reader.userId, sessionId: requireSession(reader.sessionId) };
    const { url, cookie } = await beginSignOn(dependencies, requireIssuer(), { errand, returnTo });
    return reply(200, { url }, { 'set-cookie': cookie });
  };
  return [
    route(readSingleSignOn, async () => ({ name: config.singleSignOn?.name ?? null })),
    route(startSingleSignOn, async ({ query, address }) => {
      const { return: returnTo = '/', invitation = null, code = '' } = query;
      const to = requireIssuer();
      await countRequest(database, 'login', address);
      const errand = { purpose: 'sign-in' as const, invitation, code };
      const { url, cookie } = await beginSignOn(dependencies, to, { errand, returnTo });
      return reply(303, undefined, { location: url, 'set-cookie': cookie });
    }),
    route(finishSingleSignOn, async ({ request, address, maybeReader, log }) => {
      requireIssuer();
      const ended = endSignOn(dependencies);
      try {
        const { location, cookie } = await finish(dependencies, request, maybeReader, address);
        return reply(303, undefined, { location, 'set-cookie': cookie === null ? [ended] : [ended, cookie] });
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        log.info({ code: error.code, cause: String(error.cause ?? '') }, 'a single sign-on failed');
        await writeAudit(database, { action: 'single-sign-on-failed', address, detail: { code: error.code } });
        return reply(303, undefined, { location: `/sign-in?problem=${error.code}`, 'set-cookie': ended });
      }
    }),
    route(linkSingleSignOn, async ({ reader, body }) => {
      const present = await database.asReader(reader, (tx) => readSignOn(tx, reader.userId), { isReadOnly: true });
      if (present) throw new Problem('conflict', 'Single sign-on opens this account already.');
      return sendAway(reader, 'link', body.return);
    }),
    route(confirmBySingleSignOn, async ({ reader, body }) => {
      const present = await database.asReader(reader, (tx) => readSignOn(tx, reader.userId), { isReadOnly: true });
      if (!present) throw new Problem('conflict', 'Single sign-on does not open this account. Confirm another way.');
      return sendAway(reader, 'confirm', body.return);
    }),
    route(readOwnSingleSignOn, async ({ reader }) => {
      const row = await database.asReader(reader, (tx) => readSignOn(tx, reader.userId), { isReadOnly: true });
      const [linkedAt, lastUsedAt] = [row?.created_at.toISOString() ?? null, row?.last_used_at.toISOString() ?? null];
      return { isLinked: row !== null, email: row?.email ?? null, linkedAt, lastUsedAt };
    }),
    route(unlinkSingleSignOn, async ({ reader, address }) => {
      const { userId, tenantId } = reader;
      await database.asReader(reader, async (tx) => {
        await lockWaysIn(tx, userId);
        if (!(await unlinkSignOn(tx, userId))) {
          throw new Problem('not-found', 'Single sign-on does not open this account.');
        }
        await writeAudit(tx, { action: 'single-sign-on-unlinked', userId, tenantId, address });
        await refuseLastWayIn(tx, provider, reader);
      });
      return reply(204, undefined);
    }),
  ];
}

/** Where to go on with an answer, and the session cookie that comes of it. */
async function finish(
  dependencies: Dependencies,
  request: Request,
  reader: Reader | null,
  address: string,
): Promise<{ location: string; cookie: string | null }> {
  const { database, issuer } = dependencies;
  await countRequest(database, 'login', address);
  if (!issuer) throw over();
  const answered = await receiveAnswer(dependencies, issuer, request);
  const { errand, returnTo: location, claimed } = answered;
  if (errand.purpose === 'sign-in') {
    const proven = await accountBySignOn(dependencies, claimed, errand, address);
    const visitor = visitorOf(request, address);
    const { secret } = await openBoundSession(dependencies, { proven, method: 'single-sign-on' }, visitor);
    return { location, cookie: setCookie(dependencies, secret)['set-cookie'] ?? null };
  }
  if (!isOwnErrand(errand, reader)) throw over();
  if (errand.purpose === 'link') {
    await linkTo(dependencies, reader, claimed, address);
    return { location, cookie: null };
  }
  const secret = await confirmBy(dependencies, answered, reader, { request, address });
  return { location, cookie: setCookie(dependencies, secret)['set-cookie'] ?? null };
}

async function confirmBy(
  { database }: Dependencies,
  { claimed }: Answered,
  reader: Reader,
  { request, address }: { request: Request; address: string },
): Promise<string> {
  const { userId, tenantId } = reader;
  const known = await findAccountBySignOn(database, claimed.issuer, claimed.subject);
  if (known?.account_id !== userId) {
    throw new Problem('sign-on-refused', 'Somebody else signed in there. Begin again.');
  }
  const shown = shownSession(reader, request);
  return database.asReader(reader, async (tx) => {
    const detail = { method: 'single-sign-on' };
    await writeAudit(tx, { action: 'identity-confirmed', userId, tenantId, address, detail });
    return rotateSession(tx, userId, shown, { tenantId, isProved: true });
  });
}
