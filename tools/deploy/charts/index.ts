// What the charts promise, for `npm run check` (no Helm needed) and for `npm run check:deploy` (rendered objects).
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { othersErrors } from './others-check.ts';
import { publicAddressErrors } from './public-address.ts';
import { readCharts } from './reading.ts';
import type { JsonSchema } from './schema.ts';
import { skaffoldErrors } from './skaffold-check.ts';
import { unseenErrors } from './tests-check.ts';
import { placeErrors, valueErrors } from './values-check.ts';

export { chartDrift } from './derive.ts';
export { objectErrors, type RenderedChart } from './object-check.ts';

/** Sentences about the values of all charts of services, and about the layers' skaffold.yaml. */
export async function chartErrors(skaffold: string): Promise<string[]> {
  const charts = await readCharts(skaffold);
  const ofServices = charts.filter(({ isService }) => isService);
  const values = ofServices.map(async (chart) => {
    const schema = JSON.parse(await readFile(path.join(chart.folder, 'values.schema.json'), 'utf8')) as JsonSchema;
    return valueErrors(chart, schema);
  });
  return [
    ...placeErrors(charts),
    ...publicAddressErrors(charts),
    ...(await Promise.all(values)).flat(),
    ...(await skaffoldErrors(skaffold)),
    ...(await unseenErrors(skaffold)),
    ...(await othersErrors(charts)),
  ];
}
