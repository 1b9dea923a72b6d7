// values.schema.json of a service's chart: what the library's values may be, and which settings the service reads.
import { type ServiceName, services } from '@alt/topology';
import { type ValueRow, type Values, valueRows } from './reading.ts';
import { type SettingNames, settingsOf } from './settings.ts';

export type JsonSchema = { [keyword: string]: unknown };

const quantity: JsonSchema = { type: 'string', pattern: '^[1-9][0-9]*(Mi|Gi)$' };
const cpu: JsonSchema = { type: 'string', pattern: '^[1-9][0-9]*m?$' };
const resourceName: JsonSchema = { type: 'string', pattern: '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$' };
const absolutePath: JsonSchema = { type: 'string', pattern: '^/[A-Za-z0-9/_.-]+$' };
const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items, uniqueItems: true });
const closed = (properties: JsonSchema, required: readonly string[] = []): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  ...(required.length > 0 && { required }),
  properties,
});
const mapOf = (values: JsonSchema): JsonSchema => ({
  type: 'object',
  propertyNames: resourceName,
  additionalProperties: values,
});

const probeHandler = closed({
  tcpSocket: closed({ port: { type: ['string', 'integer'] } }, ['port']),
  exec: closed({ command: { type: 'array', items: { type: 'string' }, minItems: 1 } }, ['command']),
});

/** What cannot be told from a value's default. All others have the type of their default and no further names. */
const rules: Readonly<Record<string, JsonSchema>> = {
  component: { enum: ['api', 'web', 'proxy', 'worker', 'job', 'service'] },
  'image.repository': { type: 'string', pattern: '^[a-z0-9./_:-]*$' },
  // Skaffold sets it by `--set`, which makes a number of digits: its tags begin with a letter. What it built and did not push it
  // calls by the image's identity.
  'image.tag': {
    type: 'string',
    pattern: '^([A-Za-z_][A-Za-z0-9._-]*|[0-9]+\\.[0-9]+\\.[0-9]+|[0-9a-f]{64}|)(@sha256:[0-9a-f]{64})?$',
  },
  'image.pullPolicy': { enum: ['Always', 'IfNotPresent', 'Never'] },
  imagePullSecrets: listOf(resourceName),
  command: { type: 'array', items: { type: 'string' } },
  'workload.kind': { enum: ['Deployment', 'StatefulSet', 'CronJob'] },
  'schedule.cron': { type: 'string', pattern: '^$|^([0-9*/,-]+ ){4}[0-9*/,-]+$' },
  'rbac.rules': {
    type: 'array',
    items: closed(
      {
        apiGroups: { type: 'array', items: { type: 'string' } },
        resources: { type: 'array', items: { type: 'string', pattern: '^[a-z]+$' } },
        // Never all objects of a kind.
        resourceNames: { type: 'array', items: resourceName, minItems: 1 },
        verbs: { type: 'array', items: { enum: ['get', 'patch', 'update'] } },
      },
      ['apiGroups', 'resources', 'resourceNames', 'verbs'],
    ),
  },
  'probes.startup.handler': probeHandler,
  'probes.liveness.handler': probeHandler,
  'probes.readiness.handler': probeHandler,
  resources: closed(
    {
      requests: closed({ cpu, memory: quantity }, ['cpu', 'memory']),
      limits: closed({ cpu, memory: quantity }, ['memory']),
    },
    ['requests', 'limits'],
  ),
  'tmp.sizeLimit': quantity,
  scratch: mapOf(closed({ mountPath: absolutePath, sizeLimit: quantity }, ['mountPath', 'sizeLimit'])),
  claims: mapOf(
    closed({ mountPath: absolutePath, size: quantity, storageClassName: { type: 'string' } }, ['mountPath', 'size']),
  ),
  'autoscaling.queue.stages': listOf({ enum: ['cluster', 'extract', 'index', 'refine', 'summarise', 'tag'] }),
  'externalTokens.providers': listOf({ enum: ['inoreader'] }),
  'linkerd.inject': { enum: ['enabled', 'disabled'] },
  'linkerd.skipOutboundPorts': { type: 'string', pattern: '^([0-9]+(,[0-9]+)*)?$' },
  'linkerd.opaquePorts': { type: 'string', pattern: '^([0-9]+(,[0-9]+)*)?$' },
  'metrics.serviceMonitor.interval': { type: 'string', pattern: '^[1-9][0-9]*(s|m)$' },
};

/** The schema for the chart of a service. `library` is the text of the library's values, `defaults` what it says. */
export async function valuesSchema(service: ServiceName, library: string, defaults: Values): Promise<JsonSchema> {
  const names = await settingsOf(service);
  const comments = new Map(valueRows(library, ['exports', 'defaults']).map((row) => [row.name, row]));
  const properties = propertiesOf(defaults, [], { ...rules, ...ownRules(service, names) }, comments);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: `Values of the chart ${service}`,
    ...closed({
      ...properties,
      // What Helm itself puts there: values of the library under its name, and those of all charts.
      'alt-service': { type: 'object' },
      global: { type: 'object' },
    }),
  };
}

/** The port of the topology, the names that the service reads. */
function ownRules(service: ServiceName, { plain, secret }: SettingNames): Record<string, JsonSchema> {
  const keys = listOf({ enum: secret });
  return {
    'service.targetPort': { const: services[service].port },
    env: closed(Object.fromEntries(plain.map((name) => [name, { type: 'string', minLength: 1 }]))),
    'secrets.required': keys,
    'secrets.optional': keys,
  };
}

function propertiesOf(
  values: Values,
  above: readonly string[],
  ruled: Readonly<Record<string, JsonSchema>>,
  comments: ReadonlyMap<string, ValueRow>,
): JsonSchema {
  const entries = Object.entries(values).map(([key, value]) => {
    const name = [...above, key].join('.');
    const rule = ruled[name];
    const comment = comments.get(name)?.comment;
    const described = comment ? { description: comment } : {};
    if (rule) return [key, { ...described, ...rule }];
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return [key, closed(propertiesOf(value as Values, [...above, key], ruled, comments))];
    }
    return [key, { ...described, ...typeOf(name, value) }];
  });
  return Object.fromEntries(entries);
}

function typeOf(name: string, value: unknown): JsonSchema {
  if (typeof value === 'boolean') return { type: 'boolean' };
  if (typeof value === 'number') return { type: 'integer', minimum: 0 };
  if (typeof value === 'string') return { type: 'string' };
  throw new Error(`${name} of the library has no type and no rule in tools/deploy/charts/schema.ts.`);
}
