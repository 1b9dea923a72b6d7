import { Problem, type TeamSettings } from '@alt/contracts';

const defaults: TeamSettings = { invitations: { defaultRole: 'member', allowedFor: 'admin', emailDomains: [] } };

/** The settings of a tenant: what is kept, and the defaults of what is not. */
export function settingsOf(kept: Partial<TeamSettings>): TeamSettings {
  return { invitations: { ...defaults.invitations, ...kept.invitations } };
}

type Invitations = TeamSettings['invitations'];

/** The settings with those of invitations that a change names. */
export function changedSettings(
  present: TeamSettings,
  change: { [Name in keyof Invitations]?: Invitations[Name] | undefined },
): TeamSettings {
  const given = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
  const invitations: Invitations = { ...present.invitations, ...given };
  return { invitations: { ...invitations, emailDomains: [...new Set(invitations.emailDomains)].sort() } };
}

/** The version of a tenant as a strong validator (RFC 9110, 8.8.3). */
export function etagOf(version: number): string {
  return `"v${version}"`;
}

/** Throws unless If-Match names this version (RFC 9110, 13.1.1); a cache on the way may have made it weak. */
export function checkVersion(request: Request, version: number): void {
  const given = request.headers.get('if-match');
  if (given === null) {
    throw new Problem('precondition-required', 'Send the ETag of what you read as If-Match.');
  }
  const named = given.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (named.includes('*') || named.includes(etagOf(version))) return;
  throw new Problem('precondition-failed', 'Somebody changed it meanwhile. Read it again, then make your change.');
}
