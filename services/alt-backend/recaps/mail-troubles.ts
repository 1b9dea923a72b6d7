import type { MailTrouble } from '@alt/contracts';

/** Codes of nodemailer (its errors.js) that say more than "it failed". */
const TROUBLES: Record<string, MailTrouble> = {
  ECONNECTION: 'relay-unreachable',
  ECONNREFUSED: 'relay-unreachable',
  ECONNRESET: 'relay-unreachable',
  EDNS: 'relay-unreachable',
  ENOTFOUND: 'relay-unreachable',
  EPROXY: 'relay-unreachable',
  ESOCKET: 'relay-unreachable',
  ETIMEDOUT: 'relay-unreachable',
  EAUTH: 'relay-login',
  ENOAUTH: 'relay-login',
  EOAUTH2: 'relay-login',
  ETLS: 'relay-encryption',
  EREQUIRETLS: 'relay-encryption',
  EENVELOPE: 'address-refused',
  EMESSAGE: 'mail-refused',
};

/** What a relay or the way to it answered, as an error whose message begins with a code: the message is what is kept. */
export function mailTroubleOf(reason: unknown): Error {
  const { code, responseCode } = (reason ?? {}) as { code?: unknown; responseCode?: unknown };
  const trouble = TROUBLES[String(code)] ?? 'failed';
  const sentence = reason instanceof Error ? reason.message : String(reason);
  return Object.assign(new Error(`${trouble}: ${sentence}`, { cause: reason }), { responseCode });
}

/** A message that was kept: its code and the relay's own words. One of an older Alt has no code. */
export function presentMailTrouble(kept: string | null): { error: string | null; errorCode: MailTrouble | null } {
  if (kept === null) return { error: null, errorCode: null };
  const known = [...new Set(Object.values(TROUBLES))].find((trouble) => kept.startsWith(`${trouble}: `));
  const errorCode = known ?? 'failed';
  return { error: kept.startsWith(`${errorCode}: `) ? kept.slice(errorCode.length + 2) : kept, errorCode };
}
