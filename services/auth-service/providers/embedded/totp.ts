import { Secret, TOTP } from 'otpauth';

const STEP_SECONDS = 30;
/** Clocks differ, and people type: the step before and the one after count as well. */
const WINDOW = 1;

/** RFC 6238 as every authenticator has it: SHA-1, 30 seconds, six digits. */
const PARAMETERS = { algorithm: 'SHA1', digits: 6, period: STEP_SECONDS } as const;

/** A secret of 160 bits, base32, as RFC 4226 advises. */
export function makeTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What a QR code says (otpauth://totp/…). */
export function totpUri(secret: string, issuer: string, account: string): string {
  return new TOTP({ ...PARAMETERS, issuer, label: account, secret: Secret.fromBase32(secret) }).toString();
}

/** The step that a code belongs to, of those that count at a time; null if it belongs to none. */
export function totpStepOf(secret: string, code: string, at: Date): number | null {
  const digits = code.replace(/[\s-]/g, '');
  if (!/^\d{6}$/.test(digits)) return null;
  const totp = new TOTP({ ...PARAMETERS, secret: Secret.fromBase32(secret) });
  const delta = totp.validate({ token: digits, timestamp: at.getTime(), window: WINDOW });
  return delta === null ? null : Math.floor(at.getTime() / 1000 / STEP_SECONDS) + delta;
}
