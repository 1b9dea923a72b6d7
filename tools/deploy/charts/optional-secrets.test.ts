import path from 'node:path';
import { expect, test } from 'vitest';
import { secretsInventory } from '../foundation.ts';
import { readCharts } from './reading.ts';

const skaffold = path.resolve(import.meta.dirname, '../../../skaffold');

test('the keys that a service can do without are those of its chart, so that they can come from a store as well', async () => {
  const charts = (await readCharts(skaffold)).filter(({ isService }) => isService);
  for (const { name, values } of charts) {
    const { optional } = values.secrets as { optional: string[] };
    const listed = secretsInventory().find((secret) => secret.name === `${name}-secrets`)?.optionalKeys;
    expect([name, listed ?? []]).toEqual([name, optional]);
  }
});
