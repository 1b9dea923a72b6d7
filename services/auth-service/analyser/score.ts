/** What is known of an address block, over the time of `MEMORY_MS`. */
export interface Conduct {
  /** Different accounts whose password it got wrong. */
  failedAccounts: number;
  /** Of these and of those it registered or recovered, the ones that told it whether an account exists. */
  unknownAccounts: number;
  /** Different accounts that it signed in to. */
  signedInAccounts: number;
  /** Different accounts for which it asked a mail. */
  mailedAccounts: number;
  /** Requests without a session for what does not exist. */
  missing: number;
  /** Requests with a path, a query or an agent that no reader sends. */
  probes: number;
}

export type AttackKind = 'credential-stuffing' | 'account-enumeration' | 'path-scanning';

/** How long an address is remembered: signs of an attack within this time add up. */
export const MEMORY_MS = 3_600_000;

/** Accounts that one address may get wrong before it means anything: a family, a classroom that comes back from holidays. */
const FREE_FAILURES = 10;
const FREE_UNKNOWN = 5;
const FREE_MAILS = 5;
const FREE_MISSING = 20;

/**
 * How much an address looks like an attack, in points: 0 for any household or office, where people get their passwords right
 * in the end. Each account that it signed in to excuses two that it did not, and one that does not exist.
 */
export function scoreOf(conduct: Conduct): { score: number; kind: AttackKind } {
  const { failedAccounts, unknownAccounts, signedInAccounts, mailedAccounts, missing, probes } = conduct;
  const over = (count: number, free: number) => Math.max(0, count - free);
  const points: Record<AttackKind, number> = {
    'credential-stuffing': 3 * over(failedAccounts, FREE_FAILURES + 2 * signedInAccounts),
    'account-enumeration':
      5 * over(unknownAccounts, FREE_UNKNOWN + signedInAccounts) +
      6 * over(mailedAccounts, FREE_MAILS + signedInAccounts),
    'path-scanning': 2 * over(missing, FREE_MISSING) + 20 * probes,
  };
  const kinds = Object.keys(points) as AttackKind[];
  const kind = kinds.reduce((worst, each) => (points[each] > points[worst] ? each : worst));
  return { score: Object.values(points).reduce((sum, each) => sum + each, 0), kind };
}

export interface Thresholds {
  slow: number;
  challenge: number;
  block: number;
}

export type Decision = 'allow' | 'slow' | 'challenge' | 'block';

export function decide(score: number, { slow, challenge, block }: Thresholds): Decision {
  if (score >= block) return 'block';
  if (score >= challenge) return 'challenge';
  return score >= slow ? 'slow' : 'allow';
}

/** Zero bits of a challenge: 65,000 hashes at its threshold, twice as many every 15 points, a million at most. */
export function bitsFor(score: number, { challenge }: Thresholds): number {
  return Math.min(20, 16 + Math.floor(Math.max(0, score - challenge) / 15));
}

/** How long a slowed request waits: at most two seconds. */
export function delayFor(score: number): number {
  return Math.min(2_000, score * 10);
}

/**
 * Whether a request carries what scanners send and readers do not. Of the path, the query and the agent alone: a body may
 * hold any text, for people write about these things. An id of ours never has such a path.
 */
export function isProbe(url: URL, agent: string): boolean {
  return PROBING_AGENT.test(agent) || PROBE.test(decoded(url.pathname)) || PROBE.test(decoded(url.search));
}

const PROBING_AGENT =
  /\b(?:sqlmap|nikto|nuclei|masscan|zgrab|dirbuster|gobuster|wpscan|acunetix|nessus|openvas)\b|\$\{jndi:/i;
const PROBE =
  /\.\.[\\/]|\0|<script\b|\$\{jndi:|\bunion\s+(?:all\s+)?select\b|'\s*(?:or|and)\s+['\d]|;\s*(?:drop|delete|insert)\s|\/(?:\.env|\.git|wp-login|wp-admin|phpmyadmin|cgi-bin|etc\/passwd)\b/i;

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
