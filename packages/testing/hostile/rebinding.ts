import { isIP } from 'node:net';

export interface RebindingLookup {
  (host: string): Promise<{ address: string; family: 4 | 6 }[]>;
  /** How often a name was looked up. */
  count(host: string): number;
}

/**
 * A resolver that changes its mind: the nth look-up of a name gets its nth list of addresses, the last list from then
 * on. Names that are not given do not exist.
 */
export function createRebindingLookup(names: Record<string, string[][]>): RebindingLookup {
  const counts = new Map<string, number>();
  const lookup = async (host: string) => {
    const count = counts.get(host) ?? 0;
    counts.set(host, count + 1);
    const lists = Object.hasOwn(names, host) ? names[host] : undefined;
    const addresses = lists?.[Math.min(count, lists.length - 1)] ?? [];
    return addresses.map((address) => ({ address, family: isIP(address) === 6 ? (6 as const) : (4 as const) }));
  };
  return Object.assign(lookup, { count: (host: string) => counts.get(host) ?? 0 });
}
