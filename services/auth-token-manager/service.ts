import type { Host, Service } from '@alt/service-kit';
import { type Config, config } from './config.ts';

/** Keeps the tokens of external services alive. */
export const service: Service<Config, 'auth-token-manager'> = {
  name: 'auth-token-manager',
  config,
  usesDatabase: ({ store }) => store === 'postgres',
  run: async (_settings: Config, _host: Host) => 0,
  start: async () => ({ stop: async () => {} }),
};
