import type { Database } from '@alt/database';
import type { Logger, Route } from '@alt/service-kit';
import type { Keeper } from './archive/keepers.ts';
import { archiveRoutes } from './archive/routes.ts';
import type { Config } from './config.ts';
import { deletionRoutes } from './deletion.ts';
import type { LookUpTexts } from './dns.ts';
import { domainRoutes } from './domains.ts';
import { instanceRoutes } from './instance.ts';
import { invitationRoutes } from './invitations.ts';
import { limitRoutes } from './limits.ts';
import type { Mailer } from './mailing.ts';
import { memberRoutes } from './members.ts';
import { tenantRoutes } from './tenants.ts';

export interface RouteDependencies {
  database: Database;
  config: Config;
  log: Logger;
  mailer: Mailer;
  publicUrl: URL;
  lookUpTexts: LookUpTexts;
  /** Those who keep what a tenant has, and count it. */
  keepers: readonly Keeper[];
  /** An archive is to be made or read. */
  onJob(): void;
  /** A tenant is suspended, goes on, or has other limits. */
  onChanged(tenantId: string): void;
}

/** Every endpoint of tenant-service. */
export function createRoutes(dependencies: RouteDependencies): Route[] {
  const { database, config, log, lookUpTexts, keepers } = dependencies;
  return [
    ...tenantRoutes(database, config),
    ...deletionRoutes(database, config.graceMs),
    ...memberRoutes(database),
    ...invitationRoutes(dependencies),
    ...domainRoutes(database, lookUpTexts),
    ...limitRoutes(
      database,
      keepers.map(({ peer }) => peer),
      log,
    ),
    ...archiveRoutes({ database, maximumBytes: config.importMaximumBytes, onJob: dependencies.onJob }),
    ...instanceRoutes(database, dependencies.onChanged),
  ];
}
