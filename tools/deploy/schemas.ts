// JSON schemas for every kind of object that a chart renders, strict: a field that nobody knows is an error.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { cached, goModule, KUBERNETES_VERSION } from './tools.ts';

type Schema = { [key: string]: unknown; properties?: Record<string, Schema>; $ref?: string };
type Definition = Schema & { 'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[] };
export type CustomResource = {
  kind: 'CustomResourceDefinition';
  metadata: { name: string };
  spec: {
    group: string;
    names: { kind: string };
    versions: { name: string; served: boolean; schema?: { openAPIV3Schema: Schema } }[];
  };
};

/** Where the custom resources are published: a folder of a Go module. What Linkerd needs of its own is beside this file. */
// biome-ignore format: a table is read in rows
const customResourceSources = [
  { module: 'github.com/cert-manager/cert-manager', tag: 'v1.21.2', folder: 'deploy/crds', only: /^cert-manager\.io_/ },
  { module: 'github.com/cert-manager/trust-manager', tag: 'v0.25.0', folder: 'deploy/crds', only: /^trust\.cert-manager\.io_/ },
  { module: 'github.com/prometheus-operator/prometheus-operator', tag: 'v0.85.0', folder: 'example/prometheus-operator-crd', only: /_(servicemonitors|podmonitors|prometheusrules|probes)\.yaml$/ },
  { module: 'github.com/external-secrets/external-secrets', tag: 'v1.3.2', folder: 'config/crds/bases', only: /^external-secrets\.io_/ },
  { module: 'github.com/kedacore/keda/v2', tag: 'v2.21.0', folder: 'config/crd/bases', only: /^keda\.sh_/ },
] as const;

/** Raised when the conversion below changes, so that a cache of yesterday does not judge today's charts. */
const REVISION = 1;

/** The folder of the schemas, made once: `<group>/<kind>_<version>.json`, with `v1` as the group of the core kinds. */
export function schemaFolder(): Promise<string> {
  return cached(schemaKey(), async (folder) => {
    await writeKubernetesSchemas(folder);
    for (const resource of await customResources()) await writeCustomSchemas(folder, resource);
  });
}

export function schemaKey(): string {
  const versions = customResourceSources.map(({ tag }) => tag).join('-');
  return `schemas-${KUBERNETES_VERSION}-${versions}-${REVISION}`;
}

/** All definitions of custom resources, for a validator or for an API server. */
export async function customResources(): Promise<CustomResource[]> {
  const found = await readResources(path.join(import.meta.dirname, 'crds'), /\.yaml$/);
  for (const { module, tag, folder, only } of customResourceSources) {
    found.push(...(await readResources(path.join(await goModule(module, tag), folder), only)));
  }
  return found;
}

async function readResources(folder: string, only: RegExp): Promise<CustomResource[]> {
  const files = (await readdir(folder)).filter((name) => only.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(path.join(folder, name), 'utf8')));
  const objects = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as CustomResource));
  return objects.filter((object) => object?.kind === 'CustomResourceDefinition');
}

async function writeKubernetesSchemas(folder: string): Promise<void> {
  const source = await goModule('k8s.io/kubernetes', `v${KUBERNETES_VERSION}`);
  const text = await readFile(path.join(source, 'api/openapi-spec/swagger.json'), 'utf8');
  const { definitions } = JSON.parse(text) as { definitions: Record<string, Definition> };
  const closed = Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [name, closedDefinition(name, schema)]),
  );
  for (const [name, schema] of Object.entries(definitions)) {
    for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? []) {
      if (kind.endsWith('List') || kind.endsWith('Options') || kind === 'WatchEvent') continue;
      await writeSchema(
        folder,
        { group, version, kind },
        {
          $ref: `#/definitions/${name}`,
          definitions: reachable(name, closed),
        },
      );
    }
  }
}

async function writeCustomSchemas(folder: string, { spec }: CustomResource): Promise<void> {
  for (const { name, schema, served } of spec.versions) {
    if (!served || !schema) continue;
    await writeSchema(
      folder,
      { group: spec.group, version: name, kind: spec.names.kind },
      closedCustom(schema.openAPIV3Schema),
    );
  }
}

async function writeSchema(
  folder: string,
  { group, version, kind }: { group: string; version: string; kind: string },
  schema: Schema,
): Promise<void> {
  const place = path.join(folder, group || version);
  await mkdir(place, { recursive: true });
  const whole = { ...schema, required: ['apiVersion', 'kind', 'metadata'], type: 'object' };
  await writeFile(path.join(place, `${kind.toLowerCase()}_${version}.json`), JSON.stringify(whole));
}

/** Two types are written as strings in the specification, although numbers are taken as well. */
function closedDefinition(name: string, schema: Definition): Schema {
  if (/\.(IntOrString|Quantity)$/.test(name)) return { type: ['string', 'number'] };
  return closed(schema);
}

/**
 * A schema in which an object with named properties has no others. Descriptions are left out: they are nine tenths of the
 * size and judge nothing.
 */
function closed(schema: Schema): Schema {
  const { description: _, default: __, ...rest } = schema;
  const result: Schema = {};
  for (const [key, value] of Object.entries(rest)) result[key] = closedValue(key, value);
  if (schema.properties && schema.additionalProperties === undefined) result.additionalProperties = false;
  return result;
}

function closedValue(key: string, value: unknown): unknown {
  if (key === 'properties') {
    return Object.fromEntries(Object.entries(Object(value)).map(([name, inner]) => [name, closed(inner as Schema)]));
  }
  if ((key === 'items' || key === 'additionalProperties') && typeof value === 'object') return closed(value as Schema);
  return value;
}

/** A custom resource's schema with Kubernetes' own extensions in the words of JSON Schema. */
export function closedCustom(schema: Schema): Schema {
  const top = customValue(schema) as Schema;
  return {
    ...top,
    properties: {
      ...top.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object' },
    },
  };
}

function customValue(schema: Schema): Schema {
  const { description: _, default: __, nullable, format, ...rest } = schema;
  if (schema['x-kubernetes-int-or-string']) return { type: ['string', 'number'] };
  const result: Schema = {};
  for (const [key, value] of Object.entries(rest)) {
    result[key] =
      ['items', 'additionalProperties'].includes(key) && typeof value === 'object'
        ? customValue(value as Schema)
        : value;
    if (key === 'properties') {
      result[key] = Object.fromEntries(
        Object.entries(Object(value)).map(([name, inner]) => [name, customValue(inner as Schema)]),
      );
    }
  }
  const isOpen =
    schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-embedded-resource'] === true;
  if (schema.properties && schema.additionalProperties === undefined && !isOpen) result.additionalProperties = false;
  if (nullable === true && typeof result.type === 'string') result.type = [result.type, 'null'];
  return result;
}

/** A definition and all that it refers to, in turn. */
function reachable(name: string, definitions: Record<string, Schema>): Record<string, Schema> {
  const found: Record<string, Schema> = {};
  const visit = (each: string) => {
    const schema = definitions[each];
    if (!schema || found[each]) return;
    found[each] = schema;
    for (const [, target] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)) if (target) visit(target);
  };
  visit(name);
  return found;
}
