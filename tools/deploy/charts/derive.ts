// `npm run charts`: writes values.schema.json and README.md of the charts from their values, the library and the services.
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isServiceName } from '@alt/topology';
import { defaultsOf, libraryFile, readCharts } from './reading.ts';
import { chartReadme } from './readme.ts';
import { valuesSchema } from './schema.ts';

const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));

/** What follows from the charts below a folder: each file's path and the text that it must have. */
export async function derivedChartFiles(skaffold: string): Promise<Map<string, string>> {
  const library = await readFile(path.join(skaffold, libraryFile), 'utf8');
  const charts = await readCharts(skaffold);
  const files = charts.map(async (chart) => {
    const readme: [string, string] = [path.join(chart.folder, 'README.md'), chartReadme(chart, library)];
    if (!chart.isService || !isServiceName(chart.name)) return [readme];
    const schema = await valuesSchema(chart.name, library, defaultsOf(library));
    return [
      readme,
      [path.join(chart.folder, 'values.schema.json'), `${JSON.stringify(schema, null, 2)}\n`] as [string, string],
    ];
  });
  return new Map((await Promise.all(files)).flat());
}

/** Sentences about files that no longer follow; none when all do. */
export async function chartDrift(skaffold: string = path.join(root, 'skaffold')): Promise<string[]> {
  if (!existsSync(skaffold)) return ['There is no folder skaffold.'];
  const stale = await Promise.all(
    [...(await derivedChartFiles(skaffold))].map(async ([file, text]) =>
      (await readFile(file, 'utf8').catch(() => null)) === text ? [] : [path.relative(path.dirname(skaffold), file)],
    ),
  );
  return stale.flat().map((file) => `${file} does not follow the chart's values; run \`npm run charts\`.`);
}

if (process.argv[1] === import.meta.filename) {
  const files = await derivedChartFiles(path.join(root, 'skaffold'));
  await Promise.all([...files].map(([file, text]) => writeFile(file, text)));
  console.log(`${files.size} files follow from the charts.`);
}
