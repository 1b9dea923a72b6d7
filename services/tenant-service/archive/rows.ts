import { grantableRole, limitOverrides, nameText, role, teamSettings, tenantSlug } from '@alt/contracts';
import { z } from 'zod';

/** What an archive holds of `auth`, row by row. Accounts are named by id and e-mail; nothing opens anything. */

const time = z.iso.datetime();
const timeOrNull = time.nullable();
const email = z.string().max(254);

export const tenantRow = z.strictObject({
  id: z.uuid(),
  name: nameText(100),
  slug: tenantSlug.nullable(),
  settings: teamSettings,
  plan: z.string().max(50),
  limitOverrides,
  createdAt: time,
});
export const memberRow = z.strictObject({
  accountId: z.uuid(),
  email,
  name: z.string().max(100),
  role,
  joinedAt: time,
});
export const invitationRow = z.strictObject({
  email: email.nullable(),
  role: grantableRole,
  /** Of 160 random bits, which nobody finds by it. */
  secretHash: z.string().regex(/^[0-9a-f]{64}$/),
  invitedBy: z.uuid().nullable(),
  acceptedBy: z.uuid().nullable(),
  mailedAt: timeOrNull,
  createdAt: time,
  expiresAt: time,
  acceptedAt: timeOrNull,
  revokedAt: timeOrNull,
});
export const domainRow = z.strictObject({
  domain: z.string().min(3).max(253),
  role: grantableRole,
  /** Stands in the DNS for everybody to read: only an archive of our own is believed about it. */
  token: z.string().min(20).max(100),
  createdAt: time,
  verifiedAt: timeOrNull,
});
export const auditRow = z.looseObject({ at: time, action: z.string().max(100) });

export type TenantRow = z.infer<typeof tenantRow>;
export type MemberRow = z.infer<typeof memberRow>;
export type InvitationRow = z.infer<typeof invitationRow>;
export type DomainRow = z.infer<typeof domainRow>;
