/** Kratos' pages at our own address; it sends browsers to them (services/auth-service/kratos/settings.ts). */
export const flowPages = ['login', 'registration', 'recovery', 'verification', 'settings'] as const;
export type FlowPage = (typeof flowPages)[number];

/** A page of Kratos, and where to go on from it: a path of ours. */
export function kratosPage(page: FlowPage, next?: string, more: Record<string, string> = {}): string {
  const returnTo = next && { return_to: new URL(next, window.location.origin).href };
  const query = new URLSearchParams({ ...more, ...(returnTo || {}) }).toString();
  return `/kratos/${page}${query && `?${query}`}`;
}

/** Where somebody who is signed in shows once more that it is they. */
export const signInAgainPage = (next: string): string => kratosPage('login', next, { refresh: 'true' });

/** The path of an address at our own origin; null for any other. */
export function ownPath(address: string | undefined): string | null {
  if (!address || !URL.canParse(address, window.location.origin)) return null;
  const { origin, pathname, search, hash } = new URL(address, window.location.origin);
  return origin === window.location.origin ? pathname + search + hash : null;
}

/** What the address of a page says behind the `?`. */
export function searchOf({ search }: { search: string }): Partial<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(search));
}
