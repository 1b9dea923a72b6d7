import { checkSchemas } from './schema.ts';
import { topologyDrift } from './topology.ts';

type Derivation = { name: string; check(): Promise<string[]> };

/** Committed files that follow from others. `check` gives a sentence for each one that no longer does. */
export const derivations: readonly Derivation[] = [
  { name: 'topology', check: topologyDrift },
  { name: 'schema', check: checkSchemas },
];
