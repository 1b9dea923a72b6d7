import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Queryable, statement } from '@alt/database';
import { currentVisit, type Visit } from './visit.ts';

const COOKIE = 'alt_device';
/** What browsers keep at most (RFC 6265bis, 5.5). */
const KEPT_SECONDS = 400 * 86_400;
/** People who share a browser. */
const TOKENS_MAXIMUM = 5;

/**
 * Which browsers have signed in to which account: a cookie with a random name for the browser and a signature over it and
 * the e-mail. It proves nothing but that, opens nothing, and holds no e-mail. OWASP, "Slow Down Online Guessing Attacks
 * with Device Cookies".
 */
export function knownDeviceOf(email: string): string | null {
  const visit = currentVisit();
  if (!visit) return null;
  return tokensOf(visit.request).find((token) => isTokenOf(token, email, visit.secret)) ?? null;
}

/**
 * The Set-Cookie header that makes the browser of a visit known, where its password came right; null if it is known already
 * or nobody proved anything. `isSecure`: over https alone.
 */
export function deviceCookie(visit: Visit, isSecure: boolean): string | null {
  const { provenEmail, request, secret } = visit;
  if (provenEmail === null || knownDeviceOf(provenEmail) !== null) return null;
  const name = randomBytes(16).toString('base64url');
  const tokens = [`${name}.${signatureOf(name, provenEmail, secret)}`, ...tokensOf(request)].slice(0, TOKENS_MAXIMUM);
  const cookie = `${COOKIE}=${tokens.join('~')}; Path=/v1/; HttpOnly; SameSite=Lax; Max-Age=${KEPT_SECONDS}`;
  return isSecure ? `${cookie}; Secure` : cookie;
}

const secretStatement = statement<{ secret: Buffer }>(
  'auth_guard_secret',
  `with made as (insert into guard_secrets (secret) values ($1) on conflict do nothing returning secret)
   select secret from made union all select secret from guard_secrets limit 1`,
);

/** The secret that signs device cookies and challenges; the same for every process and after every start. */
export async function keepGuardSecret(database: Queryable): Promise<Buffer> {
  const proposal = randomBytes(32);
  // Two first starts at once: the loser's statement does not see the winner's row yet; its second look does.
  const row = (await database.one(secretStatement, [proposal])) ?? (await database.one(secretStatement, [proposal]));
  if (!row) throw new Error('The secret of the guard was not stored');
  return row.secret;
}

function tokensOf(request: Request): string[] {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === COOKIE && value) return value.split('~').slice(0, TOKENS_MAXIMUM);
  }
  return [];
}

function isTokenOf(token: string, email: string, secret: Buffer): boolean {
  const [name = '', signature = ''] = token.split('.');
  const expected = Buffer.from(signatureOf(name, email, secret));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function signatureOf(name: string, email: string, secret: Buffer): string {
  return createHmac('sha256', secret).update(`device ${name} ${email}`).digest('base64url');
}
