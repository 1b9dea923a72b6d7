import { lookup as lookupSystem, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { EgressError } from './errors.ts';

export interface ResolvedAddress {
  address: string;
  family: 4 | 6;
}

/** For one try at one name server; the second try waits twice as long. */
const DNS_TIMEOUT_MS = 2_500;

export type Lookup = (host: string) => Promise<ResolvedAddress[]>;

/**
 * Looks a name up in both families. Names of one label, and names the DNS does not know, go to the system's resolver,
 * which knows the hosts file and search domains. The DNS is asked first because getaddrinfo holds a thread of libuv's
 * small pool for as long as a dead name server lets it wait, and a few dead feeds would hold up all the others.
 * `nameServers` replace the system's. Rejects with EgressError `dns-not-found` or `dns-failed`.
 */
export function createLookup(options: { timeoutScale?: number; nameServers?: string[] } = {}): Lookup {
  return async (host) => {
    const fromDns = host.includes('.') ? await askDns(host, options) : [];
    if (fromDns.length > 0) return fromDns;
    return askSystem(host);
  };
}

/** Resolves to an empty list when the DNS has no such name or cannot be asked; rejects only when it stays silent. */
async function askDns(
  host: string,
  options: { timeoutScale?: number; nameServers?: string[] },
): Promise<ResolvedAddress[]> {
  const resolver = new Resolver({ timeout: Math.ceil(DNS_TIMEOUT_MS * (options.timeoutScale ?? 1)), tries: 2 });
  if (options.nameServers) resolver.setServers(options.nameServers);
  const [four, six] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  const found: ResolvedAddress[] = [];
  if (four.status === 'fulfilled') found.push(...four.value.map((address) => ({ address, family: 4 as const })));
  if (six.status === 'fulfilled') found.push(...six.value.map((address) => ({ address, family: 6 as const })));
  if (found.length === 0 && [four, six].some((outcome) => failureCode(outcome) === 'ETIMEOUT')) {
    throw new EgressError('dns-failed', host, { cause: four.status === 'rejected' ? four.reason : undefined });
  }
  return found;
}

function failureCode(outcome: PromiseSettledResult<unknown>): unknown {
  return outcome.status === 'rejected' ? (outcome.reason as { code?: unknown }).code : undefined;
}

async function askSystem(host: string): Promise<ResolvedAddress[]> {
  try {
    const found = await lookupSystem(host, { all: true, verbatim: true });
    return found.map(({ address }) => ({ address, family: isIP(address) === 6 ? 6 : 4 }));
  } catch (error) {
    const isUnknown = ['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'EAI_NODATA'].includes(
      String((error as { code?: unknown }).code),
    );
    throw new EgressError(isUnknown ? 'dns-not-found' : 'dns-failed', host, { cause: error });
  }
}
