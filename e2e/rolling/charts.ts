import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { type BuiltService, builtServices } from '../../cli/registry.ts';
import { projectRoot } from '../../cli/settings.ts';

/** How a service's chart has its pods end. */
export interface ChartOfService {
  service: BuiltService;
  /** `04-core-services`, …: layers are deployed in the order of their names. */
  layer: string;
  drainSeconds: number;
  graceSeconds: number;
}

/** The services that a cluster runs, each as its chart says. */
export function chartsOfServices(): ChartOfService[] {
  const defaults = read('library/alt-service/values.yaml').exports.defaults;
  return globSync('*/charts/*/values.yaml', { cwd: skaffold })
    .map((file) => ({ file, parts: file.split(path.sep) }))
    .filter(({ parts }) => builtServices.some((name) => name === parts[2]))
    .map(({ file, parts: [layer = '', , service] }) => {
      const values = { ...defaults, ...read(file) };
      return {
        service: service as BuiltService,
        layer,
        drainSeconds: values.drainSeconds,
        graceSeconds: values.terminationGracePeriodSeconds,
      };
    });
}

const skaffold = path.join(projectRoot, 'skaffold');

function read(file: string) {
  const full = path.join(skaffold, file);
  return existsSync(full) ? parse(readFileSync(full, 'utf8')) : {};
}
