import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

export type { ClickHouseClient } from '@clickhouse/client';

/** Where a ClickHouse is. What is not given by itself is taken from the address, which may have an account and, as its path, a database. */
export interface ClickHousePlace {
  url: string;
  user?: string | undefined;
  password?: string | undefined;
  database?: string | undefined;
  /** For which a request may stay without an answer. */
  timeoutMs: number;
}

/**
 * Opens the way to a ClickHouse; nothing is sent before it is asked. A redirect is an error like any status but 2xx, so no other
 * host sees the password. Close it at the end, for it keeps connections open.
 */
export function openClickHouse(place: ClickHousePlace): ClickHouseClient {
  const address = new URL(place.url);
  return createClient({
    // Without what the address has besides: the library would prefer it to what is given by itself.
    url: address.origin,
    username: place.user ?? (decodeURIComponent(address.username) || 'default'),
    password: place.password ?? decodeURIComponent(address.password),
    database: place.database ?? (decodeURIComponent(address.pathname.replaceAll(/^\/|\/$/g, '')) || 'alt'),
    request_timeout: place.timeoutMs,
    compression: { request: true, response: true },
    // Errors are thrown, and told by who catches them.
    log: { level: ClickHouseLogLevel.OFF },
  });
}
