// What the values of a service's chart must say, by packages/topology and by the service's own config.ts. Needs no Helm.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isServiceName, type Namespace, type ServiceName, serviceNames, services } from '@alt/topology';
import { Ajv } from 'ajv';
import { type ChartSource, merged, type Values } from './reading.ts';
import type { JsonSchema } from './schema.ts';
import { addressesOf, databaseSettingOf, keyFiles } from './settings.ts';

const root = path.dirname(path.dirname(path.dirname(import.meta.dirname)));

/** The layers that deploy into a namespace. */
const layersOf: Readonly<Partial<Record<Namespace, readonly string[]>>> = {
  'alt-apps': ['04-core-services', '06-application'],
  platform: ['04-core-services'],
  'alt-auth': ['05-auth-platform'],
  'alt-processing': ['07-processing'],
};

/** hasura-sync-service is deployed from the manifests of the platform. */
const withoutChart: readonly ServiceName[] = ['hasura-sync-service'];

const profiles = ['dev', 'staging', 'prod'] as const;

/** What a chart's values look like to the functions below. The schema has made sure that they do. */
type ServiceValues = Values & {
  image: { repository: string; tag: string; pullPolicy: string };
  workload: { kind: string };
  replicaCount: number;
  service: { targetPort: number | null };
  env: Record<string, string>;
  secrets: { required: string[]; optional: string[] };
  ca: { enabled: boolean };
  linkerd: { skipOutboundPorts: string };
  metrics: { serviceMonitor: { enabled: boolean } };
  autoscaling: { enabled: boolean; minReplicas: number };
};

/** The image of a service, by the name under which it is built and deployed. */
export function imageOf(service: ServiceName): string {
  return service === 'sidecar-proxy' ? 'kaikei/project-alt/alt-backend-sidecar-proxy' : `kaikei/${service}`;
}

/** Sentences about services without a chart, and charts in the wrong layer. */
export function placeErrors(charts: readonly ChartSource[]): string[] {
  const onCluster = serviceNames.filter((name) => services[name].namespace && !withoutChart.includes(name));
  const places = onCluster.flatMap((name) => {
    const { namespace } = services[name];
    const layers = (namespace && layersOf[namespace]) ?? [];
    const found = charts.filter((chart) => chart.isService && chart.name === name).map(({ layer }) => layer);
    if (found.length !== 1) return [`${name} runs on a cluster and has ${found.length} charts.`];
    return layers.includes(found[0] ?? '')
      ? []
      : [`The chart of ${name} is in ${found[0]}, and ${layers.join(' or ')} deploys into ${namespace}.`];
  });
  return [
    ...places,
    ...charts
      .filter(({ name, isService }) => isService && !isServiceName(name))
      .map(({ name }) => `${name} has a chart and is no service of the topology.`),
  ];
}

/** Services whose pods keep something on a volume of their own. */
const keptBySet: readonly ServiceName[] = ['rask-log-aggregator'];

/** Sentences about one chart in every profile. `schema` is its values.schema.json. */
export async function valueErrors(chart: ChartSource, schema: JsonSchema): Promise<string[]> {
  if (!isServiceName(chart.name)) return [`${chart.name} is no service of the topology.`];
  const service = chart.name;
  const missing = profiles
    .filter((profile) => !chart.profiles.has(profile))
    .map((profile) => `values-${profile}.yaml is missing.`);
  const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
  const found = [...chart.profiles].map(async ([profile, over]) => {
    const values = merged(chart.values, over) as ServiceValues;
    if (!validate(values)) {
      return (validate.errors ?? []).map(
        (error) => `${profile}: ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
      );
    }
    const errors = [
      ...shapeErrors(service, profile, values),
      ...addressErrors(service, values),
      ...secretErrors(service, values),
      ...(await configErrors(service, values)),
    ];
    return errors.map((error) => `${profile}: ${error}`);
  });
  return [...missing, ...(await Promise.all(found)).flat()].map((error) => `${chart.layer}/${service}: ${error}`);
}

function shapeErrors(service: ServiceName, profile: string, values: ServiceValues): string[] {
  const { image, autoscaling, metrics, workload } = values;
  const replicas = autoscaling.enabled ? autoscaling.minReplicas : values.replicaCount;
  const isJob = services[service].port === null;
  const kind =
    isJob && profile !== 'schedule-mode' ? 'CronJob' : keptBySet.includes(service) ? 'StatefulSet' : 'Deployment';
  return [
    ...wrong(
      image.repository !== imageOf(service),
      `image.repository is ${image.repository}, and the image is ${imageOf(service)}.`,
    ),
    ...wrong(image.tag !== '', 'image.tag is for Skaffold to set.'),
    ...wrong(
      (profile === 'dev') !== (image.pullPolicy === 'Never'),
      `image.pullPolicy is ${image.pullPolicy}; Never is for dev alone.`,
    ),
    ...wrong(workload.kind !== kind, `workload.kind is ${workload.kind}, not ${kind}.`),
    ...wrong(profile === 'prod' && !isJob && replicas < 2, 'prod has less than two pods.'),
    ...wrong(
      !isJob && metrics.serviceMonitor.enabled !== (profile !== 'dev'),
      'metrics.serviceMonitor belongs to staging and prod, which have rules, and not to dev.',
    ),
    ...wrong(profile === 'dev' && replicas !== 1, 'dev has more than one pod.'),
  ];
}

/** The addresses are exactly those of the flows: none is missing, none is another, none leads where no flow does. */
function addressErrors(service: ServiceName, { env }: ServiceValues): string[] {
  const expected = addressesOf(service);
  const missing = Object.entries(expected).flatMap(([name, url]) =>
    wrong(env[name] !== url, `env.${name} is ${env[name] ?? 'missing'}, and the topology says ${url}.`),
  );
  const others = Object.entries(env).flatMap(([name, value]) =>
    wrong(!(name in expected) && /\.svc\b/.test(value), `env.${name} leads to ${value}, and no flow does.`),
  );
  const isBackend = service === 'alt-backend';
  const isDeclared = env.PROXY_STRATEGY === 'DISABLED' && env.ENVOY_PROXY_ENABLED === 'false';
  return [...missing, ...others, ...wrong(isBackend && !isDeclared, 'its proxies are not declared.')];
}

function secretErrors(service: ServiceName, { secrets, ca, linkerd }: ServiceValues): string[] {
  const database = databaseSettingOf(service);
  const needed = [...keyFiles, ...(database ? [database] : [])];
  const twice = secrets.required.filter((name) => secrets.optional.includes(name));
  return [
    ...needed.filter((name) => !secrets.required.includes(name)).map((name) => `secrets.required lacks ${name}.`),
    ...twice.map((name) => `${name} is both required and optional.`),
    ...wrong(
      ca.enabled !== (database !== null),
      `ca.enabled is ${ca.enabled}, and it has ${database ? 'a' : 'no'} database.`,
    ),
    ...wrong(
      database !== null && linkerd.skipOutboundPorts !== '5432',
      'linkerd.skipOutboundPorts is not 5432, the port of its database.',
    ),
  ];
}

/** What the service itself says of these settings, with stand-ins for the secrets that it must have. */
async function configErrors(service: ServiceName, { env, secrets }: ServiceValues): Promise<string[]> {
  const file = path.join(root, 'services', service, 'config.ts');
  if (!existsSync(file)) return [];
  const { config } = (await import(pathToFileURL(file).href)) as { config: Config };
  const mounted = Object.fromEntries(
    secrets.required.map((name) => [name, 'a stand-in of more than thirty-two characters']),
  );
  const given = { ALT_DATA_DIR: '/tmp/alt', HOST: '0.0.0.0', ...env, ...mounted };
  const { error } = config.safeParse(given);
  return (error?.issues ?? []).map(({ path: at, message }) => `the service refuses ${at.join('.')}: ${message}.`);
}

type Config = { safeParse(values: unknown): { error?: { issues: { path: PropertyKey[]; message: string }[] } } };

function wrong(isWrong: boolean, sentence: string): string[] {
  return isWrong ? [sentence] : [];
}
