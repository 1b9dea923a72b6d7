import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));

/** What CONTRIBUTING says of a new service, done in a copy: its folder, its rows in the topology, its chart, its release. */
describe('adding a service', () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(path.join(tmpdir(), 'alt-adding-'));
    await copyProject(copy);
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  it('is asked for whatever is missing, and then done', async () => {
    await change('packages/topology/services.ts', "  'news-creator': ", `${ROW}\n  'news-creator': `);
    await change('packages/topology/flows.ts', "  { id: 'M01'", `${FLOW}\n\n  { id: 'M01'`);
    expect(await chartErrors()).toEqual(['word-counter runs on a cluster and has 0 charts.']);

    await write('services/word-counter/config.ts', CONFIG);
    const chart = 'skaffold/07-processing/charts/word-counter';
    await cp(path.join(copy, 'skaffold/07-processing/charts/tag-generator'), path.join(copy, chart), {
      recursive: true,
    });
    // Its policies are the neighbour's; `npm run topology` derives its own.
    for (const name of ['network-policy', 'linkerd-policy'])
      await rm(path.join(copy, chart, `templates/${name}.yaml`), { force: true });
    for (const [file, text] of Object.entries(CHART)) await write(`${chart}/${file}`, text);
    await derive();
    expect(await chartErrors()).toEqual(['07-processing/skaffold.yaml: word-counter has a chart and is not released.']);

    await release();
    expect(await chartErrors()).toEqual([]);
    expect(await drift()).toEqual([]);
    expect(await readFile(path.join(copy, chart, 'README.md'), 'utf8')).toContain(
      '| `env.WORD_COUNTER_LIMIT` | `100` |',
    );
    expect(await readFile(path.join(copy, chart, 'values.schema.json'), 'utf8')).toContain('"WORD_COUNTER_LIMIT"');
  });

  it('is refused where its chart says another port or address', async () => {
    await change('skaffold/07-processing/charts/word-counter/values.yaml', 'targetPort: 9450', 'targetPort: 9451');
    expect((await chartErrors())[0]).toContain('/service/targetPort');
    await change('skaffold/07-processing/charts/word-counter/values.yaml', 'targetPort: 9451', 'targetPort: 9450');
    await change('skaffold/07-processing/charts/word-counter/values.yaml', ':9300', ':9301');
    expect((await chartErrors())[0]).toContain(
      'and the topology says http://search-indexer.alt-processing.svc.cluster.local:9300',
    );
  });

  // With the tools in their cache the rest of what needs no cluster: Helm renders it, and its objects are what Kubernetes knows.
  it.skipIf(!existsSync(path.join(root, 'tools/deploy/check.ts')))(
    'passes the first steps of the deployment check',
    async () => {
      await change('skaffold/07-processing/charts/word-counter/values.yaml', ':9301', ':9300');
      await derive();
      expect(await node('tools/deploy/check.ts', '--cached', 'render', 'schemas')).toContain(' 0 failed');
    },
  );

  async function write(file: string, text: string): Promise<void> {
    await mkdir(path.dirname(path.join(copy, file)), { recursive: true });
    await writeFile(path.join(copy, file), text);
  }

  async function change(file: string, from: string, to: string): Promise<void> {
    const text = await readFile(path.join(copy, file), 'utf8');
    expect(text).toContain(from);
    await writeFile(path.join(copy, file), text.replace(from, to));
  }

  /** The lines of tag-generator in its layer, once more for the new service. */
  async function release(): Promise<void> {
    const file = path.join(copy, 'skaffold/07-processing/skaffold.yaml');
    const text = await readFile(file, 'utf8');
    const renamed = (part: string) =>
      part.replaceAll('tag-generator', 'word-counter').replaceAll('tag_generator', 'word_counter');
    const part = (pattern: RegExp) => pattern.exec(text)?.[0] ?? expect.fail(`no ${pattern}`);
    const artifact = part(/ {4}- image: kaikei\/tag-generator\n(?: {6,}.*\n)+/);
    const released = part(/ {6}- name: tag-generator\n(?: {8,}.*\n)+/);
    const after = part(/ {6}after:\n/);
    const hooks = [
      '[kubectl, wait, --for=condition=Available, deployment/word-counter, --namespace=alt-processing]',
      '[helm, test, word-counter, --namespace=alt-processing]',
    ].map((command) => `        - host:\n            command: ${command}\n`);
    const last = part(/ {4}hooks:\n/);
    const count = text.match(/ {6}- name: [a-z-]+\n {8}namespace/g)?.length ?? 0;
    const patch = (profile: string) =>
      `      - op: replace\n        path: /deploy/helm/releases/${count}/valuesFiles/0\n        value: charts/word-counter/values-${profile}.yaml\n`;
    await writeFile(
      file,
      text
        .replace(artifact, artifact + renamed(artifact))
        .replace(last, renamed(released) + last)
        .replace(after, after + hooks.join(''))
        .replaceAll(/( {2}- name: (staging|prod)\n {4}patches:\n)/g, (all, _, profile: string) => all + patch(profile)),
    );
  }

  const node = async (...args: string[]): Promise<string> => {
    const failed = (error: { stdout?: string; stderr?: string }) => expect.fail(`${error.stdout}${error.stderr}`);
    return (await run(process.execPath, args, { cwd: copy }).catch(failed)).stdout;
  };
  const derive = async () => {
    await node('tools/topology.ts', '--write');
    await node('tools/deploy/charts/derive.ts');
  };
  const ask = async (expression: string): Promise<string[]> =>
    JSON.parse(await node('--input-type=module', '--eval', `console.log(JSON.stringify(${expression}))`)) as string[];
  const chartErrors = () => ask("await (await import('./tools/deploy/charts/index.ts')).chartErrors('skaffold')");
  const drift = () =>
    ask(
      "(await Promise.all((await import('./tools/derived.ts')).derivations.filter(({ name }) => name === 'charts' || name === 'topology').map(({ check }) => check()))).flat()",
    );
});

const ROW =
  "  'word-counter': { namespace: 'alt-processing', port: 9450, database: null, isMeshed: true, purpose: 'counts words' },";
const FLOW =
  "  { id: 'N99', shape: 'both', from: 'word-counter', to: 'search-indexer', ports: [9300], protocol: 'http', purpose: 'words', source: 'decision' },";
const CONFIG = `import { z } from 'zod';
export const config = z.object({ WORD_COUNTER_LIMIT: z.coerce.number().int().min(1).default(100) });
`;
const CHART = {
  'Chart.yaml': `apiVersion: v2
name: word-counter
description: Counts words
type: application
version: 0.1.0
kubeVersion: ">=1.33.0-0"
dependencies:
  - name: alt-service
    version: 0.1.0
    repository: file://../../../library/alt-service
    import-values: [defaults]
`,
  'values.yaml': `# Any number of pods.

component: worker
image:
  repository: kaikei/word-counter
service:
  # The port.
  targetPort: 9450
env:
  # Search.
  SEARCH_INDEXER_URL: http://search-indexer.alt-processing.svc.cluster.local:9300
  # Words.
  WORD_COUNTER_LIMIT: "100"
secrets:
  required: [service-key.json, service-key-set.json]
`,
};

/** The project without its dependencies, which are linked, its workspaces to their copies. */
async function copyProject(copy: string): Promise<void> {
  const skipped = /(^|\/)(node_modules|dist|e2e|app|golden|\.alt)$/;
  for (const name of [
    'packages',
    'services',
    'cli',
    'tools',
    'skaffold',
    'ARCHITECTURE.md',
    'Dockerfile',
    'package.json',
    'main.ts',
  ]) {
    await cp(path.join(root, name), path.join(copy, name), { recursive: true, filter: (from) => !skipped.test(from) });
  }
  const modules = path.join(copy, 'node_modules');
  await mkdir(path.join(modules, '@alt'), { recursive: true });
  for (const name of await readdir(path.join(root, 'node_modules'))) {
    if (name !== '@alt') await symlink(path.join(root, 'node_modules', name), path.join(modules, name));
  }
  for (const workspace of ['packages', 'services']) {
    for (const name of await readdir(path.join(copy, workspace))) {
      await symlink(path.join(copy, workspace, name), path.join(modules, '@alt', name)).catch(() => undefined);
    }
  }
}
