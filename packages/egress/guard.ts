import { type AddressKind, classifyAddress } from './addresses.ts';
import { type AllowList, compileAllowList } from './allow-list.ts';
import { EgressError, readableHost } from './errors.ts';
import type { Lookup, ResolvedAddress } from './names.ts';
import { OPEN_PORTS, type Target } from './target.ts';

/** A host and port that passed. Connections go to `addresses` and nowhere else; null means that a proxy resolves. */
export interface Admission {
  addresses: ResolvedAddress[] | null;
  isOpened: boolean;
  admittedAt: number;
  /** When a connection to it was last made: tells a fresh connection from a kept one. */
  connectedAt: number;
}

export interface Guard {
  /** Resolves and checks; rejects with EgressError. Answers within `dnsCacheMs` come from memory. */
  admit(target: Target): Promise<Admission>;
  /** The admission in force, for the connector: synchronous, without any look-up. */
  admitted(hostname: string, port: number): Admission | undefined;
  /** True if ALT_EGRESS_ALLOW names this host or address, or if its last look-up led to an opened address. */
  isOpened(target: Target): boolean;
}

export interface GuardOptions {
  allow: string[];
  lookup: Lookup;
  /** False behind a proxy, which then resolves and checks the addresses. */
  resolves: boolean;
  dnsCacheMs: number;
}

const MAX_ADMISSIONS = 4_096;

/** The check before every connection: scheme (by parseTarget), port, name, and each address that the name stands for. */
export function createGuard(options: GuardOptions): Guard {
  const allow = compileAllowList(options.allow);
  const admissions = new Map<string, Admission>();
  const lookups = new Map<string, Promise<ResolvedAddress[]>>();

  const lookupOnce = (host: string): Promise<ResolvedAddress[]> => {
    const running = lookups.get(host);
    if (running) return running;
    const started = lookUp(options.lookup, host).finally(() => lookups.delete(host));
    lookups.set(host, started);
    return started;
  };

  const examine = async (target: Target): Promise<{ addresses: ResolvedAddress[] | null; isOpened: boolean }> => {
    if (target.isLiteral) return { addresses: null, isOpened: examineAddress(allow, target, target.hostname) };
    const isOpenedByName = allow.opensHost(target.host, target.port);
    if (!isOpenedByName && !OPEN_PORTS.has(target.port) && !allow.mayOpenPort(target.port)) throw refusedPort(target);
    if (!options.resolves) return { addresses: null, isOpened: isOpenedByName };
    const addresses = await lookupOnce(target.hostname);
    if (isOpenedByName) return { addresses, isOpened: true };
    const opened = addresses.filter(({ address }) => examineAddress(allow, target, address));
    return { addresses, isOpened: opened.length > 0 };
  };

  return {
    admit: async (target) => {
      const key = admissionKey(target.hostname, target.port);
      const known = admissions.get(key);
      const now = performance.now();
      if (known && now - known.admittedAt < options.dnsCacheMs) return known;
      // A refusal must also stop connections that are still waiting to be made with what was admitted before.
      admissions.delete(key);
      const admission = { ...(await examine(target)), admittedAt: now, connectedAt: known?.connectedAt ?? 0 };
      remember(admissions, key, admission);
      return admission;
    },
    admitted: (hostname, port) => admissions.get(admissionKey(hostname, port)),
    isOpened: (target) =>
      allow.opensHost(target.host, target.port) ||
      allow.opensAddress(target.hostname, target.port) ||
      admissions.get(admissionKey(target.hostname, target.port))?.isOpened === true,
  };
}

async function lookUp(lookup: Lookup, host: string): Promise<ResolvedAddress[]> {
  let addresses: ResolvedAddress[];
  try {
    addresses = await lookup(host);
  } catch (error) {
    throw error instanceof EgressError ? error : new EgressError('dns-failed', host, { cause: error });
  }
  if (addresses.length === 0) throw new EgressError('dns-not-found', host);
  return addresses;
}

/** True if the operator opened this address, false if it is public; anything else throws. */
function examineAddress(allow: AllowList, target: Target, address: string): boolean {
  if (allow.opensAddress(address, target.port)) return true;
  const kind = classifyAddress(address);
  if (kind !== 'public') throw refusedAddress(target, kind);
  if (!OPEN_PORTS.has(target.port)) throw refusedPort(target);
  return false;
}

function refusedPort(target: Target): EgressError {
  return new EgressError('egress-refused-port', target.host);
}

function refusedAddress(target: Target, kind: Exclude<AddressKind, 'public'>): EgressError {
  const verb = target.isLiteral ? 'is' : 'points to';
  return new EgressError('egress-refused-address', target.host, {
    message: `${readableHost(target.host)} ${verb} ${KIND_WORDS[kind]}. Alt only fetches public addresses; the operator can open it with ALT_EGRESS_ALLOW.`,
  });
}

const KIND_WORDS: Record<Exclude<AddressKind, 'public'>, string> = {
  loopback: 'an address of the machine that Alt runs on',
  private: 'an address inside a private network',
  'link-local': 'an address inside a local network',
  metadata: 'an internal address of a cloud provider',
  multicast: 'an address for groups of machines, not for a site',
  unspecified: 'an address that means no machine at all',
  reserved: 'an address that is reserved and belongs to no site',
  invalid: 'something that is not an internet address',
};

function admissionKey(hostname: string, port: number): string {
  return `${hostname}|${port}`;
}

/** Keeps the newest; a Map iterates in the order of insertion, so the first key is the oldest. */
function remember(admissions: Map<string, Admission>, key: string, admission: Admission): void {
  admissions.set(key, admission);
  if (admissions.size <= MAX_ADMISSIONS) return;
  for (const oldest of admissions.keys()) {
    admissions.delete(oldest);
    break;
  }
}
