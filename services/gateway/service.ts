import type { Service } from '@alt/service-kit';
import { type Config, config } from './config.ts';
import { createGateway } from './gateway.ts';

/** The single public origin on one machine: routes, and nothing else. On a cluster nginx-external does this. */
export const service: Service<Config, 'gateway'> = {
  name: 'gateway',
  config,
  async start(_config, host) {
    return { fetch: createGateway(host), async stop() {} };
  },
};
