import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * What a registration that auth-service itself asks for carries along (`transient_payload.ticket`), and Kratos hands back
 * with its webhooks and mails: such a newcomer was judged already, gets their account here and a link of ours by mail.
 */
export function registrationTicket(token: string, email: string): string {
  return createHmac('sha256', token).update(`registration ${email}`).digest('base64url');
}

export function isOwnTicket(token: string, email: string, ticket: unknown): boolean {
  return typeof ticket === 'string' && isSame(ticket, registrationTicket(token, email));
}

/** Compares secrets in a time that does not tell how much of them is right. */
export function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'alt compares').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
