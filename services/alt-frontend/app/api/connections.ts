import type { InoreaderConnection } from '@alt/contracts';
import type { Client } from './client.ts';

export type { InoreaderConnection };

/** The calls about the reader's accounts elsewhere. */
export function createConnectionsApi({ call }: Pick<Client, 'call'>) {
  return {
    inoreader: () => call<{ connection: InoreaderConnection | null }>('GET', '/v1/connections/inoreader'),
    syncInoreader: (confirm: boolean) => call<void>('POST', '/v1/connections/inoreader/sync', { body: { confirm } }),
    disconnectInoreader: () => call<void>('DELETE', '/v1/connections/inoreader'),
  };
}
