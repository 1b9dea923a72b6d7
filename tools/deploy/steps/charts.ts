import path from 'node:path';
import { backupErrors } from '../charts/backup-check.ts';
import { chartErrors, objectErrors } from '../charts/index.ts';
import { operatorErrors } from '../charts/operator-check.ts';
import { readCharts } from '../charts/reading.ts';
import { counting, type Step } from './step.ts';

/** The values of the charts agree with the topology and with what the services read; the layers, with their charts. */
export const valuesStep: Step = {
  name: 'values',
  needs: [],
  async run({ root }) {
    const skaffold = path.join(root, 'skaffold');
    const charts = await readCharts(skaffold);
    return { errors: await chartErrors(skaffold), counted: counting(charts.length, 'chart') };
  },
};

/** What is rendered keeps to our own rules: probes, ports, selectors, security contexts, secrets, disruption budgets. */
export const objectsStep: Step = {
  name: 'objects',
  needs: ['helm'],
  async run({ root, rendering }) {
    const { rendered } = await rendering();
    const objects = rendered.flatMap((each) => each.objects);
    const asked = await operatorErrors(path.join(root, 'skaffold'), rendered);
    return {
      errors: [...objectErrors(rendered), ...backupErrors(rendered), ...asked],
      counted: counting(objects.length, 'object'),
    };
  },
};
