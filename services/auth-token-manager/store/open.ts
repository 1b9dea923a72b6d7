import type { Database } from '@alt/database';
import type { Config } from '../config.ts';
import type { TokenStore } from './store.ts';

/** The store that is configured; its code is loaded now, that of the others never. Rejects with TokenStoreError. */
export async function openStore(settings: Config, database: () => Database): Promise<TokenStore> {
  switch (settings.store) {
    case 'postgres':
      return (await import('./postgres.ts')).createPostgresStore(database(), settings.keys);
    case 'file':
      return (await import('./files.ts')).createFileStore(settings.folder, settings.keys);
    case 'kubernetes':
      return (await import('./kubernetes.ts')).createKubernetesStore(settings.kubernetes);
  }
}
