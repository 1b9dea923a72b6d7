import path from 'node:path';
import { chartDrift, chartErrors } from './deploy/charts/index.ts';
import { edgeDrift } from './deploy/edge/files.ts';
import { foundationDrift } from './deploy/foundation.ts';
import { policyDrift } from './deploy/policies/files.ts';
import { checkDockerfile } from './images/dockerfile.ts';
import { checkSchemas } from './schema.ts';
import { topologyDrift } from './topology.ts';

const skaffold = path.resolve(import.meta.dirname, '../skaffold');

type Derivation = { name: string; check(): Promise<string[]> };

/** Committed files that follow from others, or must agree with them. `check` gives a sentence for each one that no longer does. */
export const derivations: readonly Derivation[] = [
  { name: 'topology', check: topologyDrift },
  { name: 'policies', check: policyDrift },
  { name: 'edge', check: edgeDrift },
  { name: 'schema', check: checkSchemas },
  { name: 'charts of the foundation', check: foundationDrift },
  { name: 'charts', check: async () => [...(await chartDrift()), ...(await chartErrors(skaffold))] },
  { name: 'Dockerfile', check: checkDockerfile },
];
