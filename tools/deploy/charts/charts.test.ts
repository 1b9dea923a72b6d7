import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chartDrift } from './derive.ts';
import { chartErrors } from './index.ts';
import { publicAddressErrors } from './public-address.ts';
import { type ChartSource, headOf, merged, readCharts, type Values, valueRows } from './reading.ts';
import type { JsonSchema } from './schema.ts';
import { addressesOf, settingsOf } from './settings.ts';
import { placeErrors, valueErrors } from './values-check.ts';

const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));
const skaffold = path.join(root, 'skaffold');

describe('the charts as they are', () => {
  it('promise what the topology and the services ask for', async () => {
    expect(await chartErrors(skaffold)).toEqual([]);
  });
});

describe('values', () => {
  let charts: ChartSource[];
  beforeAll(async () => {
    charts = await readCharts(skaffold);
  });

  /** What is said of a chart whose base values, or those of one profile, were changed. */
  async function errorsOf(name: string, change: Values, profile?: string): Promise<string> {
    const chart = charts.find((each) => each.name === name);
    if (!chart) throw new Error(`no chart ${name}`);
    const schema = JSON.parse(await readFile(path.join(chart.folder, 'values.schema.json'), 'utf8')) as JsonSchema;
    const over = (key: string, values: Values) => (key === profile ? merged(values, change) : values);
    const profiles = new Map([...chart.profiles].map(([key, values]) => [key, over(key, values)]));
    const values = profile ? chart.values : merged(chart.values, change);
    return (await valueErrors({ ...chart, values, profiles }, schema)).join('\n');
  }

  it.each<[string, Values, string, profile?: string]>([
    ['tag-generator', { service: { targetPort: 9401 } }, '/service/targetPort must be equal to constant'],
    [
      'tag-generator',
      { env: { ALT_TAG_THREADZ: '1' } },
      'must NOT have additional properties {"additionalProperty":"ALT_TAG_THREADZ"}',
    ],
    ['tag-generator', { env: { DATABASE_URL: 'postgres://x' } }, '{"additionalProperty":"DATABASE_URL"}'],
    ['tag-generator', { env: { ALT_TAG_THREADS: 1 } }, '/env/ALT_TAG_THREADS must be string'],
    ['tag-generator', { env: { ALT_TAG_THREADS: '0' } }, 'the service refuses ALT_TAG_THREADS'],
    ['tag-generator', { env: { OLLAMA_HOST: 'http://elsewhere:11434' } }, 'env.OLLAMA_HOST is http://elsewhere:11434'],
    ['alt-backend', { env: { AUTH_SERVICE_URL: undefined } }, 'env.AUTH_SERVICE_URL is missing'],
    ['alt-backend', { env: { ENVOY_PROXY_ENABLED: 'true' } }, 'its proxies are not declared'],
    ['alt-backend', { env: { NODE_OPTIONS: 'http://kratos.alt-auth.svc.cluster.local' } }, 'and no flow does'],
    [
      'pre-processor',
      { env: { EGRESS_PROXY_URL: 'http://envoy-proxy.alt-apps.svc.cluster.local:8080' } },
      'the topology says http://envoy-proxy.alt-apps.svc.cluster.local:8085',
    ],
    [
      'sidecar-proxy',
      { image: { repository: 'kaikei/sidecar-proxy' } },
      'the image is kaikei/project-alt/alt-backend-sidecar-proxy',
    ],
    ['alt-frontend', { image: { tag: 'v1' } }, 'image.tag is for Skaffold to set'],
    ['alt-frontend', { image: { tag: 42 } }, '/image/tag must be string'],
    ['alt-frontend', { image: { pullPolicy: 'Never' } }, 'Never is for dev alone', 'prod'],
    ['alt-frontend', { autoscaling: { minReplicas: 1 } }, 'prod has less than two pods', 'prod'],
    ['alt-frontend', { replicaCount: 2 }, 'dev has more than one pod', 'dev'],
    ['alt-frontend', { metrics: { serviceMonitor: { enabled: false } } }, 'belongs to staging and prod', 'staging'],
    ['alt-frontend', { ca: { enabled: true } }, 'it has no database'],
    [
      'auth-service',
      { secrets: { required: ['ALT_SECRET_KEY', 'KRATOS_TOKEN', 'service-key.json'] } },
      'secrets.required lacks AUTH_DATABASE_URL',
    ],
    ['auth-service', { secrets: { required: ['DATABASE_URL'] } }, 'must be equal to one of the allowed values'],
    ['search-indexer', { linkerd: { skipOutboundPorts: '' } }, 'not 5432'],
    ['auth-token-manager', { workload: { kind: 'Deployment' } }, 'not CronJob'],
    [
      'auth-token-manager',
      { rbac: { rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }] } },
      "must have required property 'resourceNames'",
    ],
    ['news-creator', { resources: { limits: { memory: 512 } } }, '/resources/limits/memory must be string'],
    ['news-creator', { replicas: 2 }, '{"additionalProperty":"replicas"}'],
  ])('of %s are refused: %j', async (name, change, sentence, profile) => {
    expect(await errorsOf(name, change, profile)).toContain(sentence);
  });

  it('are those of the profiles that every chart has', async () => {
    const chart = charts.find(({ name }) => name === 'alt-backend');
    const profiles = new Map([...(chart?.profiles ?? [])].filter(([profile]) => profile !== 'staging'));
    expect(chart && (await valueErrors({ ...chart, profiles }, {}))).toEqual([
      '04-core-services/alt-backend: values-staging.yaml is missing.',
    ]);
  });

  it('stand in one chart for each service, in its layer', () => {
    const without = charts.filter(({ name }) => name !== 'news-creator');
    expect(placeErrors(without)).toEqual(['news-creator runs on a cluster and has 0 charts.']);
    const moved = charts.map((chart) =>
      chart.name === 'auth-service' ? { ...chart, layer: '06-application' } : chart,
    );
    expect(placeErrors(moved)).toEqual([
      'The chart of auth-service is in 06-application, and 05-auth-platform deploys into alt-auth.',
    ]);
  });
});

describe('the public address', () => {
  it.each<[string, string, Values, string]>([
    [
      'kratos',
      'staging',
      { publicUrl: 'https://alt.example.org' },
      'publicUrl says https://alt.example.org, and common-config https://staging.alt.example.org',
    ],
    [
      'nginx-external',
      'prod',
      { public: { scheme: 'http' } },
      'public says http://alt.example.org, and common-config https://alt.example.org',
    ],
    [
      'nginx-external',
      'dev',
      { public: { host: 'elsewhere' } },
      'public says http://elsewhere, and common-config http://localhost',
    ],
  ])('of %s in %s is that of common-config', async (name, profile, change, sentence) => {
    const changed = (await readCharts(skaffold)).map((chart) => {
      const over = merged(chart.profiles.get(profile) ?? {}, change);
      return chart.name === name ? { ...chart, profiles: new Map([...chart.profiles, [profile, over]]) } : chart;
    });
    expect(publicAddressErrors(changed)).toEqual([expect.stringContaining(`${name}: ${profile}: ${sentence}`)]);
  });

  it('is asked of all charts when it changes in one', async () => {
    const changed = (await readCharts(skaffold)).map((chart) =>
      chart.name === 'common-config'
        ? { ...chart, values: { ...chart.values, publicUrl: 'https://another.org' } }
        : chart,
    );
    expect(publicAddressErrors(changed)).toEqual([
      expect.stringContaining('kratos: without a profile'),
      expect.stringContaining('nginx-external: without a profile'),
    ]);
  });
});

describe('the settings of a service', () => {
  it('are those that its config.ts names, with nothing that is secret among the plain ones', async () => {
    const { plain, secret } = await settingsOf('auth-service');
    expect(plain).toEqual(
      expect.arrayContaining(['ALT_REGISTRATION', 'ALT_GUARD', 'KRATOS_PUBLIC_URL', 'EGRESS_PROXY_URL']),
    );
    expect(plain).not.toContain('HOST');
    expect(secret).toEqual(
      expect.arrayContaining(['ALT_SECRET_KEY', 'AUTH_DATABASE_URL', 'KRATOS_TOKEN', 'ALT_OIDC_CLIENT_SECRET']),
    );
    expect(secret).not.toContain('DATABASE_URL');
    expect(plain.filter((name) => secret.includes(name))).toEqual([]);
  });

  it('have the addresses of its flows and no others', () => {
    expect(addressesOf('tenant-service')).toEqual({
      AUTH_SERVICE_URL: 'http://auth-service.alt-auth.svc.cluster.local:8080',
      ALT_BACKEND_URL: 'http://alt-backend.alt-apps.svc.cluster.local:9000',
      ARCH_REPO_SERVICE_URL: 'http://arch-repo-service.platform.svc.cluster.local:9510',
    });
    expect(addressesOf('sidecar-proxy')).toEqual({
      UPSTREAM_PROXY_URL: 'http://envoy-proxy.alt-apps.svc.cluster.local:8080',
    });
    expect(addressesOf('auth-token-manager')).toEqual({
      EGRESS_PROXY_URL: 'http://envoy-proxy.alt-apps.svc.cluster.local:8081',
    });
  });
});

describe('what is derived from values', () => {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

  it('is stale when a comment, a value or the library changes, and only then', async () => {
    const copy = path.join(await mkdtemp(path.join(tmpdir(), 'alt-charts-')), 'skaffold');
    folders.push(path.dirname(copy));
    await cp(skaffold, copy, { recursive: true });
    expect(await chartDrift(copy)).toEqual([]);
    const file = path.join(copy, '07-processing/charts/tag-generator/values.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('sizeLimit: 256Mi', 'sizeLimit: 300Mi'));
    expect(await chartDrift(copy)).toEqual([
      "skaffold/07-processing/charts/tag-generator/README.md does not follow the chart's values; run `npm run charts`.",
    ]);
    await writeFile(file, text);
    const library = path.join(copy, 'library/alt-service/values.yaml');
    await writeFile(library, `${await readFile(library, 'utf8')}\n    another:\n      # Something.\n      value: 1\n`);
    const schemas = (await chartDrift(copy)).filter((sentence) => sentence.includes('values.schema.json'));
    expect(schemas.length).toBeGreaterThan(10);
  });

  it('takes the comment above a value, and the first paragraph for the whole', () => {
    const text =
      '# Head.\n# More.\n\n# One.\none: 1\nmap:\n  # Two\n  # lines.\n  two: ""\n  # Three.\n  three: []\nnone:\n';
    expect(headOf(text)).toBe('Head. More.');
    expect(valueRows(text)).toEqual([
      { name: 'one', standard: 1, comment: 'One.' },
      { name: 'map.two', standard: '', comment: 'Two lines.' },
      { name: 'map.three', standard: [], comment: 'Three.' },
      { name: 'none', standard: null, comment: '' },
    ]);
  });
});
