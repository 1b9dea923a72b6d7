import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { regions } from './topology.ts';

const root = path.dirname(import.meta.dirname);
const papers = await texts('{*.md,docs/**/*.md,{packages,services,cli,demo,bench,e2e,tools}/**/*.md}');

describe('the papers', () => {
  test('every link to a file of the project leads to one', () => {
    const broken = [...papers].flatMap(([name, text]) =>
      [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !/^[a-z]+:/.test(target))
        .filter((target) => !existsSync(path.resolve(root, path.dirname(name), target)))
        .map((target) => `${name}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  test('ARCHITECTURE.md says everything once', () => {
    const architecture = papers.get('ARCHITECTURE.md') ?? '';
    const headings = architecture.split('\n').filter((line) => line.startsWith('#'));
    expect(headings).toEqual([...new Set(headings)]);
    for (const name of Object.keys(regions)) {
      expect(architecture.split(`<!-- derived:${name} -->`), name).toHaveLength(2);
    }
  });

  test('every decision is in the table of decisions', () => {
    const table = papers.get('docs/decisions/README.md') ?? '';
    const pages = [...papers.keys()]
      .filter((name) => /^docs\/decisions\/\d/.test(name))
      .map((name) => path.basename(name));
    expect(pages.filter((page) => !table.includes(`(${page})`))).toEqual([]);
  });

  test('every metric is explained', async () => {
    const sources = await texts('{services,packages}/**/*.ts');
    const names = [...sources]
      .filter(([file]) => !file.endsWith('.test.ts'))
      .flatMap(([, text]) => [...text.matchAll(/new (?:Counter|Gauge|Histogram)\(\{\s*name: '([a-z_]+)'/g)])
      .map((match) => match[1] ?? '');
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !papers.get('docs/observing.md')?.includes(name))).toEqual([]);
  });

  test('every setting is explained', async () => {
    const sources = await texts('{services,cli,packages}/**/{config,settings}.ts');
    const names = [...sources.values()].flatMap((text) => text.match(/^\s+(?:[A-Z]+_)+[A-Z]+(?=: )/gm) ?? []);
    expect(names.length).toBeGreaterThan(30);
    const explained = papers.get('docs/configuration.md') ?? '';
    const missing = names.map((name) => name.trim()).filter((name) => !explained.includes(`\`${name}\``));
    expect([...new Set(missing)].filter((name) => !DERIVED.has(name))).toEqual([]);
  });
});

/** Set by the command that starts a service, or by its chart; nobody chooses them. */
const DERIVED = new Set([
  'EGRESS_PROXY_URL',
  'ENVOY_PROXY_ENABLED',
  'NEWS_CREATOR_URL',
  'PROXY_STRATEGY',
  'SIDECAR_PROXY_BASE_URL',
]);

async function texts(pattern: string): Promise<Map<string, string>> {
  const files = await Array.fromAsync(
    glob(pattern, { cwd: root, exclude: (name) => /(^|\/)(node_modules|dist)$/.test(name) }),
  );
  return new Map(
    await Promise.all(files.sort().map(async (file) => [file, await readFile(path.join(root, file), 'utf8')] as const)),
  );
}
