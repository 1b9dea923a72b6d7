import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Problem } from '@alt/contracts';
import type { Reader } from '@alt/service-kit';
import { z } from 'zod';
import { makeChallenge, takeChallenge } from '../challenges.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Claimed, Issuer } from './issuer.ts';

const LIFE_MS = 10 * 60_000;
const COOKIE = 'alt_oidc';
const COOKIE_PATH = '/v1/auth/oidc';

/** What a sign-in at the OpenID provider is for. */
const errand = z.discriminatedUnion('purpose', [
  z.object({ purpose: z.literal('sign-in'), invitation: z.string().nullable(), code: z.string() }),
  z.object({ purpose: z.enum(['link', 'confirm']), userId: z.string(), sessionId: z.string() }),
]);
export type Errand = z.infer<typeof errand>;

const keptSchema = z.object({
  errand,
  returnTo: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  /** SHA-256 of the browser's cookie: nobody brings home an answer that another browser asked for. */
  browser: z.string(),
});

/** An answer of the OpenID provider, judged. */
export interface Answered {
  errand: Errand;
  returnTo: string;
  claimed: Claimed;
}

/** Sends a browser away: the address to open, and the cookie by which its answer is known to be its own. */
export async function beginSignOn(
  { database, vault, isSecure }: Dependencies,
  issuer: Issuer,
  wish: { errand: Errand; returnTo: string },
): Promise<{ url: string; cookie: string }> {
  const browser = randomText();
  const [nonce, codeVerifier] = [randomText(), randomText()];
  const kept: z.infer<typeof keptSchema> = { ...wish, nonce, codeVerifier, browser: digest(browser) };
  const sealed = vault.seal(JSON.stringify(kept), 'single sign-on');
  const state = await makeChallenge(database, 'single-sign-on', null, sealed, LIFE_MS);
  const isFresh = wish.errand.purpose === 'confirm';
  const url = await issuer.addressFor({ state, nonce, codeVerifier, isFresh });
  return { url: url.href, cookie: cookieOf(browser, LIFE_MS / 1000, isSecure) };
}

/** The header that takes the cookie of a sign-in away. */
export function endSignOn({ isSecure }: Pick<Dependencies, 'isSecure'>): string {
  return cookieOf('', 0, isSecure);
}

/**
 * Takes an answer of the OpenID provider, once. Throws `challenge-expired` where nobody asked, in this browser, within ten
 * minutes; `sign-on-refused`; `bad-gateway`.
 */
export async function receiveAnswer(
  { database, vault, publicUrl }: Dependencies,
  issuer: Issuer,
  request: Request,
): Promise<Answered> {
  const asked = new URL(request.url);
  const state = asked.searchParams.get('state') ?? '';
  const challenge = await takeChallenge(database, 'single-sign-on', state);
  if (!challenge?.sealed_state) throw over();
  const kept = keptSchema.parse(JSON.parse(vault.open(challenge.sealed_state, 'single sign-on')));
  if (!isSame(digest(cookieIn(request)), kept.browser)) throw over();
  const { nonce, codeVerifier, returnTo } = kept;
  // By the public address, whatever Host the request named.
  const answer = new URL(`${COOKIE_PATH}/callback${asked.search}`, publicUrl);
  const isFresh = kept.errand.purpose === 'confirm';
  const claimed = await issuer.redeem(answer, { state, nonce, codeVerifier, isFresh });
  return { errand: kept.errand, returnTo, claimed };
}

/** Whether the session that began an errand is the one that brings it home. */
export function isOwnErrand(errand: Errand, reader: Reader | null): reader is Reader {
  return errand.purpose !== 'sign-in' && reader?.userId === errand.userId && reader.sessionId === errand.sessionId;
}

export function over(): Problem {
  return new Problem('challenge-expired', 'This sign-in took too long, was used, or began elsewhere. Begin it again.');
}

function cookieOf(value: string, maxAgeSeconds: number, isSecure: boolean): string {
  // Lax: the answer comes as a navigation from the provider's page.
  const cookie = `${COOKIE}=${value}; Path=${COOKIE_PATH}; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}`;
  return isSecure ? `${cookie}; Secure` : cookie;
}

function cookieIn(request: Request): string {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [name, value = ''] = part.trim().split('=', 2);
    if (name === COOKIE) return value.slice(0, 100);
  }
  return '';
}

/** 256 random bits; a code verifier has at least 43 characters (RFC 7636). */
function randomText(): string {
  return randomBytes(32).toString('base64url');
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
