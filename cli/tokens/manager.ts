import type { Config } from '../../services/auth-token-manager/config.ts';
import { type Manager, openManager } from '../../services/auth-token-manager/manager.ts';
import { isProvider, type ProviderName, providerNames } from '../../services/auth-token-manager/providers.ts';
import { UsageError } from '../arguments.ts';
import { withServiceHost } from '../job.ts';
import type { Terminal } from '../terminal.ts';

/** Opens the store of external tokens for the time of a command: beside a running Alt, in a pod, in a container. */
export function withTokens<T>(
  { environment }: Terminal,
  work: (manager: Manager, settings: Config) => Promise<T>,
): Promise<T> {
  return withServiceHost('auth-token-manager', environment, async ({ config, host }) => {
    const settings = config as Config;
    const manager = await openManager(settings, host);
    try {
      return await work(manager, settings);
    } finally {
      await manager.close();
    }
  });
}

/** A provider by its name. Throws UsageError. */
export function providerOf(name: string): ProviderName {
  if (isProvider(name)) return name;
  throw new UsageError(`There is no provider "${name}". There are: ${providerNames.join(', ')}.`);
}
