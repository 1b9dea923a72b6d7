import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@alt/testing/free-port.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));

/** The steps by which CONTRIBUTING adds a service, in its order, taken in a copy. */
describe('adding a service', () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(path.join(tmpdir(), 'alt-adding-'));
    await copyProject(copy);
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  it('is asked for whatever is missing, and then done', async () => {
    // 1. Its rows in the topology.
    await change('packages/topology/services.ts', "  'news-creator': ", `${ROW}\n  'news-creator': `);
    await change('packages/topology/flows.ts', "  { id: 'M01'", `${FLOW}\n\n  { id: 'M01'`);
    expect(await imageErrors()).toEqual(['word-counter has no code: write it, or name it in awaitedServices.']);
    expect(await chartErrors()).toEqual(['word-counter runs on a cluster and has 0 charts.']);

    // 2. Its folder, its line in the registry, and the link that `npm install` makes.
    for (const [file, text] of Object.entries(CODE)) await write(`services/word-counter/${file}`, text);
    await change('cli/registry.ts', '  gateway: async', `${REGISTERED}\n  gateway: async`);
    await symlink(path.join(copy, 'services/word-counter'), path.join(copy, 'node_modules/@alt/word-counter'));
    expect(await answerOfService()).toMatchObject({ status: 200 });
    expect(await imageErrors()).toEqual([
      'The Dockerfile has no target word-counter.',
      expect.stringContaining('The stage files of the Dockerfile lays out'),
    ]);

    // 3. Its image.
    await addTarget();
    expect(await imageErrors()).toEqual([]);
    const held = (await node('tools/image-files.ts', 'word-counter'))
      .split('\n')
      .filter((name) => /^services\//.test(name));
    expect(held).toEqual(
      expect.arrayContaining(['services/word-counter/config.ts', 'services/word-counter/service.ts']),
    );
    expect(held.filter((name) => !name.startsWith('services/word-counter/'))).toEqual([]);

    // 4. Compose.
    expect(await composeErrors()).toEqual(['word-counter is not built from its target.']);
    await change('compose.yaml', '\n  tag-generator:\n', `\n${COMPOSED}\n  tag-generator:\n`);
    expect(await composeErrors()).toEqual([]);

    // 5. Its chart: a neighbour's without its policies, which `npm run topology` derives.
    const chart = 'skaffold/07-processing/charts/word-counter';
    await cp(path.join(copy, 'skaffold/07-processing/charts/tag-generator'), path.join(copy, chart), {
      recursive: true,
      filter: (from) => !from.endsWith('-policy.yaml'),
    });
    for (const [file, text] of Object.entries(CHART)) await write(`${chart}/${file}`, text);
    await derive();
    expect(await chartErrors()).toEqual(['07-processing/skaffold.yaml: word-counter has a chart and is not released.']);

    // 6. Its release, and 7. what follows from all of it.
    await release();
    expect(await chartErrors()).toEqual([]);
    await derive();
    expect(await drift()).toEqual([]);
    expect(await readFile(path.join(copy, chart, 'README.md'), 'utf8')).toContain(
      '| `env.WORD_COUNTER_LIMIT` | `100` |',
    );
    expect(await readFile(path.join(copy, chart, 'values.schema.json'), 'utf8')).toContain('"WORD_COUNTER_LIMIT"');
    expect(await readFile(path.join(copy, chart, 'templates/network-policy.yaml'), 'utf8')).toContain(
      'N99 word-counter → search-indexer',
    );
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
    const after = part(/ {6}after:\n(?: {8}#.*\n)*(?: {8}- host:\n {12}command: .*\n)/);
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
  /** Its target and its name among those that are laid out, as tag-generator has them. */
  async function addTarget(): Promise<void> {
    const file = path.join(copy, 'Dockerfile');
    const text = await readFile(file, 'utf8');
    const target = /FROM shared-auth AS tag-generator\n(?:.+\n)+/.exec(text)?.[0] ?? expect.fail('no target');
    const own = target.replaceAll('tag-generator', 'word-counter').replaceAll('9400', '9450');
    await writeFile(
      file,
      text
        .replace(target, `${target}\n${own}`)
        .replace(' tag-generator news-creator ', ' tag-generator word-counter news-creator '),
    );
  }

  /** What the service says of its health, as `alt serve` starts it. */
  async function answerOfService(): Promise<{ status: number; said: string }> {
    const port = await freePort();
    const child = spawn(process.execPath, ['main.ts', 'serve', 'word-counter'], {
      cwd: copy,
      env: { PATH: process.env.PATH, PORT: String(port), ALT_DATA_DIR: path.join(copy, '.alt'), LOG_LEVEL: 'silent' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const ended = once(child, 'exit');
    try {
      const ask = async () => (await fetch(`http://127.0.0.1:${port}/v1/ready`).catch(() => null))?.status;
      await expect.poll(async () => (await ask()) ?? child.exitCode, { timeout: 60_000 }).not.toBeNull();
      return { status: (await ask()) ?? 0, said };
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  }

  const derive = async () => {
    await node('tools/topology.ts', '--write');
    await node('tools/deploy/charts/derive.ts');
  };
  const ask = async (expression: string): Promise<string[]> =>
    JSON.parse(await node('--input-type=module', '--eval', `console.log(JSON.stringify(${expression}))`)) as string[];
  const chartErrors = () => ask("await (await import('./tools/deploy/charts/index.ts')).chartErrors('skaffold')");
  const imageErrors = () => ask("await (await import('./tools/images/dockerfile.ts')).checkDockerfile()");
  const composeErrors = () =>
    ask(
      "(await import('./tools/images/compose.ts')).composeErrors((await import('yaml')).parse((await import('node:fs')).readFileSync('compose.yaml', 'utf8'), { merge: true }))",
    );
  const drift = () =>
    ask(
      "(await Promise.all((await import('./tools/derived.ts')).derivations.filter(({ name }) => name !== 'schema').map(({ check }) => check()))).flat()",
    );
});

const ROW =
  "  'word-counter': { namespace: 'alt-processing', port: 9450, database: null, isMeshed: true, purpose: 'counts words' },";
const FLOW =
  "  { id: 'N99', shape: 'both', from: 'word-counter', to: 'search-indexer', ports: [9300], protocol: 'http', purpose: 'words', source: 'decision' },";
const REGISTERED = "  'word-counter': async () => (await import('../services/word-counter/service.ts')).service,";
const CODE = {
  'package.json': `{
  "name": "@alt/word-counter",
  "version": "0.1.0",
  "private": true,
  "type": "module",
  "dependencies": { "@alt/service-kit": "*", "zod": "4.6.7" }
}
`,
  'config.ts': `import { z } from 'zod';
export const config = z.object({ WORD_COUNTER_LIMIT: z.coerce.number().int().min(1).default(100) });
export type Config = z.output<typeof config>;
`,
  'service.ts': `import { createApp, type Service } from '@alt/service-kit';
import { type Config, config } from './config.ts';
export const service: Service<Config, 'word-counter'> = {
  name: 'word-counter',
  config,
  start: async (_settings, host) => ({ fetch: createApp({ host, routes: [] }).fetch, stop: async () => {} }),
};
`,
  'README.md': '# word-counter\n\nCounts words.\n',
};
const COMPOSED = `  word-counter:
    <<: *hardened
    image: kaikei/word-counter:\${ALT_TAG:-local}
    build: { context: ., target: word-counter, args: { SOURCE_COMMIT: "\${ALT_TAG:-local}" } }
    environment:
      <<: *common
      SEARCH_INDEXER_URL: http://search-indexer.alt-processing.svc.cluster.local:9300
    volumes:
      - { type: bind, source: "\${ALT_SECRETS:-./secrets}/word-counter-secrets", target: /run/secrets/alt, read_only: true, bind: { create_host_path: false } }
    networks:
      to-search-indexer: {}
      to-rask-log-aggregator: {}
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
    'LICENSE',
    'NOTICE',
    'compose.yaml',
    'deploy',
    'package.json',
    'package-lock.json',
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
