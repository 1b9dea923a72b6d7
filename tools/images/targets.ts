import { type ServiceName, serviceNames, services } from '@alt/topology';
import { isBuilt, isJob } from '../../cli/registry.ts';

/** Services of the topology that are not written yet: they get a target with their first line, and leave this list. */
export const awaitedServices = ['hasura-sync-service'] as const satisfies readonly ServiceName[];

/** Services that have an image: those that are deployed. The gateway exists on one machine only. */
export const imageServices: readonly ServiceName[] = serviceNames.filter(
  (name) => services[name].namespace !== null && hasCode(name),
);

/** Everything with a list of files: the services, the jobs that migrate, and what all of them share. */
export const imageTargets: readonly string[] = ['shared-auth', ...imageServices, 'migrations'];

/** Sentences about services that are awaited and written, or neither. */
export function awaitedErrors(): string[] {
  const awaited: readonly ServiceName[] = awaitedServices;
  return serviceNames.flatMap((name) => {
    if (hasCode(name) && awaited.includes(name))
      return [`${name} is written: take it from awaitedServices, and give it a target.`];
    if (!hasCode(name) && !awaited.includes(name))
      return [`${name} has no code: write it, or name it in awaitedServices.`];
    return [];
  });
}

function hasCode(name: ServiceName): boolean {
  return isBuilt(name) || isJob(name);
}
