import path from 'node:path';
import { expect, it } from 'vitest';
import { othersErrors } from './others-check.ts';
import { readCharts } from './reading.ts';

const skaffold = path.join(path.dirname(path.dirname(path.dirname(import.meta.dirname))), 'skaffold');

it("charts of others' software test with the Node of our images, and can be pulled from a private registry", async () => {
  const charts = await readCharts(skaffold);
  expect(await othersErrors(charts)).toEqual([]);
  const testImage = { repository: 'node', tag: '26-bookworm-slim' };
  const said = await othersErrors(
    charts.map((chart) => (chart.name === 'kratos' ? { ...chart, values: { testImage } } : chart)),
  );
  expect(said).toEqual([
    '05-auth-platform/kratos: it has no imagePullSecrets.',
    expect.stringContaining(
      "05-auth-platform/kratos: testImage is node:26-bookworm-slim@, and the Dockerfile's is docker.io/",
    ),
  ]);
});
