import { Resolver } from 'node:dns/promises';

/** For one try at one name server; the second try waits twice as long. */
const TIMEOUT_MS = 3_000;
/** What a name server says when a name has no such record. */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA']);

/** The texts at a name, none if there is no such record; null where the DNS cannot be asked. */
export type LookUpTexts = (name: string) => Promise<string[] | null>;

/** TXT records by the system's name servers, or by those given. Parts of a record are put together (RFC 7208, 3.3). */
export function createTextLookup(nameServers: readonly string[]): LookUpTexts {
  return async (name) => {
    const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
    if (nameServers.length > 0) resolver.setServers(nameServers);
    try {
      return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
    } catch (error) {
      return ABSENT.has(String((error as { code?: unknown }).code)) ? [] : null;
    }
  };
}
