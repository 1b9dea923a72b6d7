import {
  altBackendEndpoints,
  archRepoServiceEndpoints,
  authServiceEndpoints,
  type Endpoint,
  endpoint,
  Problem,
  problemSchema,
  problems,
  tenantServiceEndpoints,
} from '@alt/contracts';
import { type Route, route } from '@alt/service-kit';
import { z } from 'zod';

const openapi = endpoint({
  name: 'openapi',
  method: 'GET',
  path: '/v1/openapi.json',
  summary: 'This description',
  access: 'public',
  responseType: 'application/json',
  statuses: [200],
  problems: [],
});
const schemaNames = endpoint({
  name: 'schemas',
  method: 'GET',
  path: '/v1/schema',
  summary: 'The names of the JSON Schemas',
  access: 'public',
  responseType: 'application/json',
  statuses: [200],
  problems: [],
});
const schemaOf = endpoint({
  name: 'schema',
  method: 'GET',
  path: '/v1/schema/:name',
  summary: 'The JSON Schema of one named type',
  access: 'public',
  params: z.object({ name: z.string() }),
  responseType: 'application/json',
  statuses: [200],
  problems: ['not-found'],
});

/** The description of the whole public API, derived from the contracts. */
export function openapiRoutes(publicUrl: URL): Route[] {
  let document: ReturnType<typeof describe> | null = null;
  const described = () => {
    document ??= describe(publicUrl);
    return document;
  };
  const json = (value: unknown) => Response.json(value, { headers: { 'cache-control': 'public, max-age=300' } });
  return [
    route(openapi, async () => json(described())),
    route(schemaNames, async () =>
      json({ items: Object.keys(described().components.schemas).sort(), nextCursor: null }),
    ),
    route(schemaOf, async ({ params }) => {
      const name = params.name.replace(/\.json$/, '');
      const schema = Object.hasOwn(described().components.schemas, name) ? described().components.schemas[name] : null;
      if (!schema) throw new Problem('not-found', 'There is no schema of this name. GET /v1/schema lists them.');
      return json({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...(schema as object) });
    }),
  ];
}

function describe(publicUrl: URL) {
  const endpoints = [
    ...authServiceEndpoints,
    ...tenantServiceEndpoints,
    ...altBackendEndpoints,
    ...archRepoServiceEndpoints,
    openapi,
    schemaNames,
    schemaOf,
  ] as Endpoint[];
  const paths: Record<string, Record<string, unknown>> = {};
  for (const item of endpoints) {
    const path = item.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [item.method.toLowerCase()]: operation(item) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Alt', version: 'v1', description: 'Feeds, entries and state of a reader.' },
    servers: [{ url: publicUrl.origin }],
    components: {
      schemas: namedSchemas(endpoints),
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'alt_session' },
        key: { type: 'http', scheme: 'bearer' },
      },
    },
    paths,
  };
}

function operation(item: Endpoint) {
  const problemResponses = Map.groupBy(item.problems, (code) => problems[code].status);
  return {
    operationId: item.name,
    summary: item.summary,
    ...(item.access === 'public' ? {} : { security: waysIn(item) }),
    parameters: [...parameters('path', item.params), ...parameters('query', item.query)],
    ...(item.body
      ? {
          requestBody: {
            required: true,
            content: { [item.bodyType ?? 'application/json']: { schema: schema(item.body, 'input') } },
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        item.statuses.map((status) => [status, { description: 'Success', ...content(item, status) }]),
      ),
      ...Object.fromEntries(
        [...problemResponses].map(([status, codes]) => [
          status,
          {
            description: codes.join(', '),
            content: { 'application/problem+json': { schema: schema(problemSchema, 'output') } },
          },
        ]),
      ),
    },
  };
}

/** What a request may show: some endpoints are for browser sessions alone. */
function waysIn({ needsSession, needsProof }: Endpoint) {
  return needsSession || needsProof ? [{ session: [] }] : [{ session: [] }, { key: [] }];
}

function content(item: Endpoint, status: number) {
  if (item.response) return { content: { 'application/json': { schema: schema(item.response, 'output') } } };
  return item.responseType && status === 200 ? { content: { [item.responseType]: {} } } : {};
}

function parameters(place: 'path' | 'query', type: z.ZodType | undefined) {
  const described = type
    ? (schema(type, 'input') as { properties?: Record<string, unknown>; required?: string[] })
    : {};
  return Object.entries(described.properties ?? {}).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || (described.required ?? []).includes(name),
    schema: value,
  }));
}

/** A type as JSON Schema; types with a name become references to the components. */
function schema(type: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _dialect, $defs: _named, ...rest } = toSchema(type, io);
  return JSON.parse(JSON.stringify(rest).replaceAll('#/$defs/', '#/components/schemas/'));
}

function namedSchemas(endpoints: Endpoint[]): Record<string, unknown> {
  const named: Record<string, unknown> = {};
  for (const type of [problemSchema, ...endpoints.flatMap((item) => item.response ?? [])]) {
    Object.assign(named, toSchema(z.object({ type }), 'output').$defs ?? {});
  }
  return JSON.parse(JSON.stringify(named).replaceAll('#/$defs/', '#/components/schemas/'));
}

function toSchema(type: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  return z.toJSONSchema(type, { io, unrepresentable: 'any', reused: 'inline' }) as Record<string, unknown>;
}
