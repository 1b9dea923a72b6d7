import { Problem } from '@alt/contracts';
import type { Dependencies } from './dependencies.ts';
import { countRequest } from './lockouts.ts';
import type { SignedIn } from './signing-in.ts';

const COOKIE = 'alt_kratos_session';

/**
 * Who signed in at Kratos' own pages gets a session of ours for its cookie. The cookie is SameSite=Lax and pages of others
 * are refused by their Origin besides, so nobody else starts it. Throws `second-factor-required` where one must follow there.
 */
export async function signInByKratos(
  { database, provider }: Dependencies,
  request: Request,
  { address, origin }: { address: string; origin: string },
): Promise<SignedIn> {
  const { sessions } = provider;
  if (!sessions) throw new Problem('not-kept-here', 'There is no Kratos here. Sign in with POST /v1/auth/login.');
  const from = request.headers.get('origin');
  if (from !== null && from !== origin) throw new Problem('csrf-failed', 'This can be asked by a page of Alt only.');
  await countRequest(database, 'login', address);
  const cookie = cookieNamed(request, COOKIE);
  const proven = cookie === null ? 'none' : await sessions.enter(`${COOKIE}=${cookie}`);
  if (proven === 'none') {
    const page = '/self-service/login/browser';
    throw new Problem('not-signed-in', `Sign in at ${page} first.`, { extra: { page } });
  }
  if (proven === 'second-factor') {
    const page = '/self-service/login/browser?aal=aal2';
    throw new Problem('second-factor-required', `Give the second factor at ${page} first.`, { extra: { page } });
  }
  return { proven, method: 'kratos' };
}

function cookieNamed(request: Request, wanted: string): string | null {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const [name, ...value] = part.trim().split('=');
    if (name === wanted && value.length > 0) return value.join('=').slice(0, 8000);
  }
  return null;
}
