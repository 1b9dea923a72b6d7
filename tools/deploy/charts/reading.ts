// The charts below skaffold/ as they are written: files, values, and the comments above them.
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { isMap, isScalar, type ParsedNode, parse, parseDocument, type YAMLMap } from 'yaml';

export type Values = { [name: string]: unknown };

export type ChartSource = {
  name: string;
  /** The layer's folder: `07-processing`. */
  layer: string;
  folder: string;
  description: string;
  /** Whether it is made of the library alt-service: a chart of a service of ours. */
  isService: boolean;
  /** The text of values.yaml. */
  text: string;
  /** What it has without a profile: the library's defaults, its own over them. */
  values: Values;
  /** The values files beside it, by profile. */
  profiles: ReadonlyMap<string, Values>;
};

/** One value of a chart: its path with dots, what it is unless set, and the comment above it. */
export type ValueRow = { name: string; standard: unknown; comment: string };

export const libraryFile = 'library/alt-service/values.yaml';

/** Every chart below `skaffold`, in the order of the layers. Libraries are not among them. */
export async function readCharts(skaffold: string): Promise<ChartSource[]> {
  const library = defaultsOf(await readFile(path.join(skaffold, libraryFile), 'utf8'));
  const layers = (await names(skaffold)).filter((name) => /^\d\d-/.test(name));
  const charts = await Promise.all(
    layers.map(async (layer) => {
      const folders = (await names(path.join(skaffold, layer, 'charts'))).map((name) => ({ layer, name }));
      return folders.filter(({ name }) => existsSync(path.join(skaffold, layer, 'charts', name, 'Chart.yaml')));
    }),
  );
  return Promise.all(charts.flat().map(({ layer, name }) => readChart(skaffold, layer, name, library)));
}

async function readChart(skaffold: string, layer: string, name: string, library: Values): Promise<ChartSource> {
  const folder = path.join(skaffold, layer, 'charts', name);
  const chart = parse(await readFile(path.join(folder, 'Chart.yaml'), 'utf8')) as {
    description?: string;
    dependencies?: { name: string }[];
  };
  const text = await readFile(path.join(folder, 'values.yaml'), 'utf8').catch(() => '');
  const isService = chart.dependencies?.some((dependency) => dependency.name === 'alt-service') ?? false;
  const own = (parse(text) ?? {}) as Values;
  return {
    name,
    layer,
    folder,
    description: chart.description ?? '',
    isService,
    text,
    values: isService ? merged(library, own) : own,
    profiles: new Map(await Promise.all((await profileFiles(folder)).map((file) => readProfile(folder, file)))),
  };
}

async function profileFiles(folder: string): Promise<string[]> {
  return (await names(folder)).filter((file) => /^values-[a-z-]+\.yaml$/.test(file));
}

async function readProfile(folder: string, file: string): Promise<[string, Values]> {
  const values = (parse(await readFile(path.join(folder, file), 'utf8')) ?? {}) as Values;
  return [file.slice('values-'.length, -'.yaml'.length), values];
}

/** Values over others, as Helm lays them: maps are merged, everything else is replaced, null takes away. */
export function merged(base: Values, over: Values): Values {
  const result: Values = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = result[name];
    if (isRecord(below) && isRecord(value)) result[name] = merged(below, value);
    else result[name] = value;
  }
  return result;
}

/** What the library gives a chart by `import-values`. */
export function defaultsOf(library: string): Values {
  return ((parse(library) as { exports?: { defaults?: Values } }).exports?.defaults ?? {}) as Values;
}

/**
 * The values of a text in the order in which they stand there, each with the comment above it. `under` names the map to
 * begin at. A list or an empty map is one value.
 */
export function valueRows(text: string, under: readonly string[] = []): ValueRow[] {
  const start = parseDocument(text).getIn(under, true);
  const root = under.length === 0 ? parseDocument(text).contents : start;
  return isMap(root) ? rowsOf(root as YAMLMap<ParsedNode, ParsedNode | null>, []) : [];
}

function rowsOf(map: YAMLMap<ParsedNode, ParsedNode | null>, above: readonly string[]): ValueRow[] {
  return map.items.flatMap((pair, index) => {
    const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
    // The comment above the first key of a map belongs to the map, as the parser sees it.
    const comment = pair.key.commentBefore ?? (index === 0 ? map.commentBefore : undefined);
    const name = [...above, key];
    if (isMap(pair.value) && pair.value.items.length > 0) {
      return rowsOf(pair.value as YAMLMap<ParsedNode, ParsedNode | null>, name);
    }
    const row = { name: name.join('.'), standard: pair.value?.toJSON() ?? null, comment: sentence(comment) };
    return [row];
  });
}

/** The comment that a values file begins with, up to the first empty line. */
export function headOf(text: string): string {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  return end > 0 && lines[end] === ''
    ? sentence(
        lines
          .slice(0, end)
          .map((line) => line.slice(1))
          .join('\n'),
      )
    : '';
}

function sentence(comment: string | null | undefined): string {
  const last = (comment ?? '').split(/\n\s*\n/).at(-1) ?? '';
  return last.replaceAll(/\s+/g, ' ').trim();
}

function isRecord(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function names(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).sort();
}
