import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Flow, flows, services, workloads } from '@alt/topology';
import { afterAll, describe, expect, it } from 'vitest';
import { builtImages, everythingEnabled, findCharts } from './charts.ts';
import { checkDeployment } from './check.ts';
import {
  type Connection,
  connectivityDifferences,
  expectedPorts,
  isOurs,
  type PodSet,
  parsePorts,
  podSet,
} from './connectivity.ts';
import { objectsOf } from './render.ts';
import { closedCustom } from './schemas.ts';
import { missingFiles } from './steps/skaffold.ts';
import type { Step } from './steps/step.ts';
import { cached, ensureTools, toolCache } from './tools.ts';

const folder = await mkdtemp(path.join(tmpdir(), 'alt-check-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the command', () => {
  const step = (name: string, counted: string, errors: string[] = [], needs: Step['needs'] = []): Step => ({
    name,
    needs,
    run: () => Promise.resolve({ errors, counted }),
  });
  const runAll = async (steps: Step[]) => {
    const lines: string[] = [];
    const isPassed = await checkDeployment({
      root: folder,
      isCachedOnly: true,
      steps,
      print: (line) => lines.push(line),
    });
    return { isPassed, lines: lines.map((line) => line.replace(/ \(\d+\.\d s\)$/, '')) };
  };

  it('passes when every step found something to check and nothing wrong', async () => {
    expect(await runAll([step('one', '3 things')])).toEqual({
      isPassed: true,
      lines: ['ok   one: 3 things', 'check:deploy: 1 steps passed, 0 failed'],
    });
  });

  it('fails on an error, on a step that breaks, and on one that had nothing to check', async () => {
    const broken: Step = { ...step('broken', ''), run: () => Promise.reject(new Error('It broke.')) };
    const { isPassed, lines } = await runAll([
      step('wrong', '3 things', ['That is wrong.']),
      broken,
      step('empty', '0 things'),
    ]);
    expect(isPassed).toBe(false);
    expect(lines).toEqual([
      'FAIL wrong: 3 things',
      '     That is wrong.',
      'FAIL broken: stopped',
      '     It broke.',
      'FAIL empty: 0 things',
      '     There was nothing to check.',
      'check:deploy: 0 steps passed, 3 failed',
    ]);
  });

  it('says what it leaves out where a tool is not in the cache', async () => {
    const before = process.env.ALT_TOOL_CACHE;
    process.env.ALT_TOOL_CACHE = path.join(folder, 'no-tools');
    try {
      const schemas = { ...step('schemas', '1 object'), made: { name: 'the schemas', key: 'schemas-0' } };
      const { isPassed, lines } = await runAll([
        step('charts', '1 chart', [], ['helm']),
        schemas,
        step('files', '1 file'),
      ]);
      expect(isPassed).toBe(true);
      expect(lines).toEqual([
        '--   charts: left out, because the cache of tools lacks helm',
        '--   schemas: left out, because the cache of tools lacks the schemas',
        'ok   files: 1 file',
        'check:deploy: 1 steps passed, 0 failed; left out: charts, schemas',
      ]);
    } finally {
      if (before === undefined) delete process.env.ALT_TOOL_CACHE;
      else process.env.ALT_TOOL_CACHE = before;
    }
  });
});

describe('the cache of tools', () => {
  const inCache = async <Value>(work: () => Promise<Value>): Promise<Value> => {
    const before = process.env.ALT_TOOL_CACHE;
    process.env.ALT_TOOL_CACHE = path.join(folder, 'tools');
    try {
      return await work();
    } finally {
      if (before === undefined) delete process.env.ALT_TOOL_CACHE;
      else process.env.ALT_TOOL_CACHE = before;
    }
  };

  it('makes a folder once, and leaves nothing of one that failed', async () => {
    await inCache(async () => {
      let made = 0;
      const make = async (place: string) => {
        made += 1;
        await writeFile(path.join(place, 'file'), 'x');
      };
      const both = await Promise.all([cached('thing-1', make), cached('thing-1', make)]);
      expect(new Set(both)).toEqual(new Set([path.join(toolCache(), 'thing-1')]));
      const count = made;
      await cached('thing-1', make);
      expect(made).toBe(count);
      await expect(cached('thing-2', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      await expect(cached('thing-2', make)).resolves.toContain('thing-2');
    });
  });

  it('says what to install where Go is missing', async () => {
    const { PATH } = process.env;
    const programs = path.join(folder, 'programs');
    await mkdir(programs);
    await writeFile(path.join(programs, 'which'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    process.env.PATH = `${programs}:${PATH}`;
    try {
      await inCache(() => expect(ensureTools(['kubeconform'], () => {})).rejects.toThrow('Install Go'));
    } finally {
      process.env.PATH = PATH;
    }
  });
});

describe('charts', () => {
  it('are found with the namespace that their release names, else with that of the topology', async () => {
    const skaffold = path.join(folder, 'skaffold');
    await write(skaffold, {
      '01-first/skaffold.yaml':
        'deploy: { helm: { releases: [{ name: things, chartPath: charts/things, namespace: alt-operations }] } }\n',
      '01-first/charts/things/Chart.yaml': 'name: things\n',
      '01-first/charts/things/values-dev.yaml': '{}\n',
      '07-last/charts/tag-generator/Chart.yaml': 'name: tag-generator\n',
      'library/alt-service/Chart.yaml': 'name: alt-service\n',
    });
    const charts = await findCharts(skaffold);
    expect(
      charts.map(({ name, namespace, isDeployed, profiles }) => ({ name, namespace, isDeployed, profiles })),
    ).toEqual([
      { name: 'things', namespace: 'alt-operations', isDeployed: true, profiles: ['dev', 'everything'] },
      { name: 'tag-generator', namespace: 'alt-processing', isDeployed: false, profiles: ['everything'] },
    ]);
  });

  it('have everything turned on that is off', () => {
    const values =
      'a: { enabled: false, b: { enabled: false, c: 1 } }\nd: { enabled: true }\ne: [{ enabled: false }]\n';
    expect(everythingEnabled(values)).toEqual({ a: { enabled: true, b: { enabled: true } } });
    expect(everythingEnabled('a: { enabled: true }\n')).toEqual({});
  });

  it('have the tag of a build on every image of ours, and on no other', () => {
    const values =
      'image: { repository: kaikei/x, tag: latest }\njob: { image: { repository: kaikei/y } }\nother: { repository: postgres }\n';
    expect(builtImages(values)).toEqual({ image: { tag: 'sha-0123abc' }, job: { image: { tag: 'sha-0123abc' } } });
  });

  it('render objects, or are refused', () => {
    const chart = { name: 'things', layer: '01-first', namespace: 'alt-apps' };
    const text = 'kind: Service\nmetadata: { name: a }\n---\n# nothing\n---\nkind: Namespace\nmetadata: { name: b }\n';
    expect(objectsOf(text, chart, 'dev').map(({ metadata }) => metadata)).toEqual([
      { name: 'a', namespace: 'alt-apps' },
      { name: 'b' },
    ]);
    expect(() => objectsOf('kind: Service\n', chart, 'dev')).toThrow('without kind or name');
    expect(() => objectsOf('a: [\n', chart, 'dev')).toThrow('no YAML');
    // Kubernetes reads YAML 1.1, where this is no string: it must not pass for one here.
    expect(objectsOf('kind: X\nmetadata: { name: a }\nvalue: yes\n', chart, 'dev')).toMatchObject([{ value: true }]);
  });

  it('are named in skaffold.yaml with files that exist', () => {
    const configs = [
      { deploy: { helm: { releases: [{ chartPath: 'charts/none', valuesFiles: ['values-{{.ENV}}.yaml'] }] } } },
      { test: [{ structureTests: ['library/none.yaml'] }] },
    ];
    expect(missingFiles(folder, configs)).toEqual(['charts/none is not there.', 'library/none.yaml is not there.']);
  });
});

describe('the schemas of custom resources', () => {
  it('allow no field that is not declared, unless all are', () => {
    const schema = closedCustom({
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            port: { 'x-kubernetes-int-or-string': true },
            free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: {} },
          },
        },
      },
    });
    expect(schema).toMatchObject({
      additionalProperties: false,
      properties: {
        spec: { additionalProperties: false, properties: { port: { type: ['string', 'number'] } } },
        metadata: { type: 'object' },
      },
    });
    expect(JSON.stringify(schema)).toContain(
      '"free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,"properties":{}}',
    );
  });
});

describe('the comparison of the open connections with the flow table', () => {
  const pods: PodSet[] = [...Object.entries(services), ...Object.entries(workloads)].flatMap(([name, { namespace }]) =>
    namespace === null ? [] : [podSet(`${namespace}/${name}[Deployment]`, namespace, name)],
  );
  const stranger = podSet('default/other[Pod]', 'default', 'alt-backend');
  const all = [...pods, stranger, podSet('alt-apps/alt-backend-test[Pod]', 'alt-apps', 'alt-backend-test')];
  const right: Connection[] = all.flatMap((from) =>
    all.flatMap((to) => {
      const ports = from === to ? new Set<string>() : expectedPorts(from, to);
      const isJudged = isOurs(from.namespace) || isOurs(to.namespace);
      return ports.size > 0 && isJudged ? [{ src: from.key, dst: to.key, conn: [...ports].join(',') }] : [];
    }),
  );
  const publicRange = '20.0.0.0-30.0.0.0';
  const addresses: Connection[] = all.flatMap((pod): Connection[] => {
    const out = pod.node === 'envoy-proxy' || pod.node === 'cloudflared';
    const api = ['auth-token-manager', 'registry-secret-sync', 'hasura-vault-role'].includes(pod.node ?? '');
    return [
      ...(out ? [{ src: pod.key, dst: publicRange, conn: conns(pod) }] : []),
      ...(api ? [{ src: pod.key, dst: '10.96.0.1-10.96.0.1', conn: 'TCP 443,6443' }] : []),
      ...(pod.node === 'nginx-external' ? [{ src: '0.0.0.0-255.255.255.255', dst: pod.key, conn: 'TCP 80,443' }] : []),
    ];
  });
  const complete = [...right, ...addresses];

  it('finds nothing where they agree', () => {
    expect(right.length).toBeGreaterThan(100);
    expect(connectivityDifferences(all, complete)).toEqual([]);
  });

  it('finds a flow that is closed, in part or altogether', () => {
    const key = (name: string) => pods.find(({ label }) => label === name)?.key ?? '';
    const [from, to] = [key('search-indexer'), key('postgres')];
    const without = complete.filter(({ src, dst }) => src !== from || dst !== to);
    expect(connectivityDifferences(all, without)).toEqual([
      `${from} → ${to}: TCP 5432 is closed, and a flow allows it.`,
    ]);
    const meshless = complete.map((line) =>
      line.src === key('alt-backend') && line.dst === key('search-indexer') ? { ...line, conn: 'TCP 9300' } : line,
    );
    expect(connectivityDifferences(all, meshless)).toEqual([
      `${key('alt-backend')} → ${key('search-indexer')}: TCP 4143 is closed, and a flow allows it.`,
    ]);
  });

  it.each([
    ['alt-frontend', 'postgres', 'TCP 5432'],
    ['pre-processor', 'envoy-proxy', 'TCP 8080'],
    ['search-indexer', 'postgres', 'All Connections'],
  ])('finds that %s may reach %s by %s', (source, target, conn) => {
    const key = (name: string) => pods.find(({ label }) => label === name)?.key ?? '';
    const more = connectivityDifferences(all, [
      ...complete.filter(({ src, dst }) => src !== key(source) || dst !== key(target)),
      { src: key(source), dst: key(target), conn },
    ]);
    expect(
      more.some((sentence) => sentence.startsWith(`${key(source)} → ${key(target)}: `) && sentence.includes('is open')),
    ).toBe(true);
  });

  it('finds ways out and in, private addresses, and a borrowed name', () => {
    const backend = pods.find(({ label }) => label === 'alt-backend')?.key ?? '';
    const envoy = pods.find(({ label }) => label === 'envoy-proxy')?.key ?? '';
    const added = (line: Connection) => connectivityDifferences(all, [...complete, line]).join('\n');
    expect(added({ src: backend, dst: publicRange, conn: 'TCP 443' })).toContain('TCP 443 is open');
    expect(added({ src: envoy, dst: '10.0.0.0-10.255.255.255', conn: 'TCP 443' })).toContain('10.11.12.13 is in reach');
    expect(added({ src: publicRange, dst: backend, conn: 'TCP 9000' })).toContain('TCP 9000 is open');
    expect(added({ src: stranger.key, dst: backend, conn: 'TCP 9000' })).toContain('TCP 9000 is open');
    expect(added({ src: backend, dst: '169.254.20.10-169.254.20.10', conn: 'TCP 80' })).toContain('not names alone');
    expect(connectivityDifferences(all, right).join('\n')).toContain('is closed');
  });

  it('lets Prometheus in from the namespace of others where it lives, by its ports and no other', () => {
    const key = (name: string) => pods.find(({ label }) => label === name)?.key ?? '';
    const [prometheus, tagger] = [key('prometheus'), key('tag-generator')];
    expect(prometheus).toBe('monitoring/prometheus[Deployment]');
    const without = complete.filter(({ src, dst }) => src !== prometheus || dst !== tagger);
    expect(connectivityDifferences(all, without)).toEqual([
      `${prometheus} → ${tagger}: TCP 9400, TCP 4191, TCP 4143 is closed, and a flow allows it.`,
    ]);
    const more = [...complete, { src: prometheus, dst: key('postgres'), conn: 'TCP 5432' }];
    expect(connectivityDifferences(all, more)).toEqual([
      `${prometheus} → ${key('postgres')}: TCP 5432 is open, and no flow allows it.`,
    ]);
  });

  it("reads the evaluator's words", () => {
    expect([...parsePorts('TCP 53,80-82,UDP 53')]).toEqual(['TCP 53', 'TCP 80', 'TCP 81', 'TCP 82', 'UDP 53']);
    expect(() => parsePorts('a few')).toThrow('cannot be read');
  });

  function conns(pod: PodSet): string {
    const rows: readonly Flow[] = flows;
    const ports = rows
      .filter(({ from, to, shape }) => from === pod.node && to === 'internet' && shape !== 'machine')
      .flatMap(({ ports }): readonly number[] => (ports === 'own' ? [] : ports));
    return `TCP ${ports.join(',')}${pod.node === 'cloudflared' ? `,UDP ${ports.join(',')}` : ''}`;
  }
});

async function write(place: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(place, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
