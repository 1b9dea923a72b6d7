import { randomUUID } from 'node:crypto';
import type { listedSession, passkey } from '@alt/contracts';
import type { z } from 'zod';

/** What the fake keeps of the account's ways in. */
export interface FakeSecurity {
  /** Whether the session may do what needs proof. */
  isProved: boolean;
  passkeys: Array<z.output<typeof passkey>>;
  totp: 'off' | 'begun' | 'on';
  recoveryCodes: string[];
  isEmailVerified: boolean;
  canSendMail: boolean;
  sessions: Array<z.output<typeof listedSession>>;
  /** Teams that would be left without an owner if the account went. */
  blockingTenants: Array<{ id: string; name: string }>;
  /** How long sign-ins are refused. */
  lockedOutSeconds: number;
  /** What the single sign-on is called; and as whom it opens the account. */
  signOnName: string | null;
  signOnEmail: string | null;
  /** The code with which the single sign-on fails. */
  signOnProblem: string | null;
  /** The proof of work that a sign-in asks for; and those that were brought. */
  challengeBits: number | null;
  solutions: string[];
}

export function createFakeSecurity(now = Date.now()): FakeSecurity {
  const at = (daysAgo: number) => new Date(now - daysAgo * 86_400_000).toISOString();
  const session = (device: string, address: string, seen: number, isCurrent: boolean) => ({
    id: randomUUID(),
    device,
    address,
    createdAt: at(seen + 20),
    lastSeenAt: at(seen),
    expiresAt: at(-30),
    isCurrent,
  });
  return {
    isProved: false,
    passkeys: [],
    totp: 'off',
    recoveryCodes: [],
    isEmailVerified: false,
    canSendMail: true,
    sessions: [
      session('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', '192.0.2.17', 0, true),
      session(
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
        '2001:db8::42',
        1,
        false,
      ),
      session('Reeder/5', '198.51.100.4', 9, false),
    ],
    blockingTenants: [],
    lockedOutSeconds: 0,
    signOnName: null,
    signOnEmail: null,
    signOnProblem: null,
    challengeBits: null,
    solutions: [],
  };
}
