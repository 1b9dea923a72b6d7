import type { Logger } from '@alt/service-kit';
import { Counter, type Registry } from 'prom-client';
import type { Config } from '../config.ts';
import { createAddresses } from './embedded/addresses.ts';
import { createEmbeddedProvider, type EmbeddedOptions } from './embedded/embedded.ts';
import type { IdentityProvider } from './provider.ts';

/** The provider that is configured. Kratos' client is loaded where there is one. */
export async function openProvider(
  options: Omit<EmbeddedOptions, 'onCheck'> & { kratos: Config['kratos']; metrics: Registry; log: Logger },
): Promise<IdentityProvider> {
  const { metrics, kratos, log, ...rest } = options;
  if (kratos) {
    const { database, vault, mails } = rest;
    const { createKratosProvider } = await import('./kratos/kratos.ts');
    return createKratosProvider({
      settings: kratos,
      database,
      vault,
      log,
      addresses: createAddresses(database, mails),
    });
  }
  const checks = new Counter({
    name: 'alt_auth_hash_checks_total',
    help: 'Passwords and recovery codes that were tried against a hash, there or not',
    registers: [metrics],
  });
  return createEmbeddedProvider({ ...rest, onCheck: () => checks.inc() });
}
