import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { htmlToText, sanitiseHtml } from '@alt/feeds';
import { Readability } from '@mozilla/readability';
import { extractArticle, type PageResult } from '../../services/pre-processor/extraction/article.ts';
import { boundMarkup } from '../../services/pre-processor/extraction/markup.ts';
import { parseTree } from '../../services/pre-processor/extraction/tree.ts';
import type { QualityTable } from './table.ts';

interface Page {
  set: 'benchmark' | 'readability';
  html: string;
  url: string;
  truth: string;
  metadata: Record<string, string | null> | null;
}

/** The text that a system takes for the article. */
type Extract = (page: Page) => string | Promise<string>;

/**
 * Articles of pages against their texts: precision, recall and F1 of words and of runs of four words, each page with the
 * same weight, as the article-extraction-benchmark counts. defuddle and linkedom are measured where a folder given in
 * ALT_BENCH_MODULES has them installed.
 */
export async function measure(folder: string): Promise<QualityTable> {
  const pages = [...loadBenchmark(folder), ...loadReadabilityPages(folder)];
  const systems: [string, Extract][] = [
    ['Alt', (page) => textOf(extract(page))],
    ['Readability 0.6.0 on our bounded tree, nothing trimmed', readabilityAlone],
    ...(await otherSystems()),
    ['all text of the page', ({ html }) => htmlToText(boundMarkup(html).html)],
  ];
  const rows: (string | number)[][] = [];
  for (const [name, system] of systems) rows.push(await measureSystem(name, system, pages));
  return {
    title: 'Extraction',
    notes: [
      `benchmark: ${count(pages, 'benchmark')} news pages with the bodies of their articles. readability-pages: ${count(pages, 'readability')} pages whose expected texts were written by Readability itself; five of them have less text than Alt takes for an article.`,
      'F1 of words, and of runs of four words in brackets; higher is better. ms are CPU time, so that other work on the machine does not count; reading and sanitising.',
      describeMetadata(pages),
      describeHostile(),
    ],
    columns: ['system', 'benchmark: P', 'R', 'F1', '(4)', 'readability-pages: F1', '(4)', 'ms median', 'ms longest'],
    rows,
  };
}

function extract({ html, url }: Page): PageResult {
  const known = { url, askedUrl: url, feedTitle: '', feedText: '', continues: null };
  return extractArticle({ bytes: Buffer.from(html), contentType: 'text/html; charset=utf-8', ...known });
}

function textOf(result: PageResult): string {
  return result.ok ? result.text : '';
}

function readabilityAlone({ html, url }: Page): string {
  const document = parseTree(boundMarkup(html).html, url) as unknown as Document;
  return cleanText(new Readability(document).parse()?.content ?? '', url);
}

function cleanText(html: string, baseUrl: string): string {
  return htmlToText(sanitiseHtml(html, { baseUrl }));
}

async function otherSystems(): Promise<[string, Extract][]> {
  const modules = process.env.ALT_BENCH_MODULES ?? '';
  const load = async (file: string) => {
    const full = path.join(modules, 'node_modules', file);
    return modules && existsSync(full) ? import(pathToFileURL(full).href) : null;
  };
  const linkedom = await load('linkedom/esm/index.js');
  const defuddle = await load('defuddle/dist/node.js');
  if (linkedom === null) return [];
  const parse = (html: string) => linkedom.parseHTML(html).document;
  const systems: [string, Extract][] = [
    [
      'Readability 0.6.0 on linkedom',
      ({ html, url }) => cleanText(new Readability(parse(html)).parse()?.content ?? '', url),
    ],
  ];
  if (defuddle === null) return systems;
  const byDefuddle: Extract = async ({ html, url }) => {
    const { content } = await defuddle.Defuddle(parse(html), url, { useAsync: false });
    return cleanText(content, url);
  };
  return [...systems, ['defuddle on linkedom', byDefuddle]];
}

async function measureSystem(name: string, system: Extract, pages: readonly Page[]): Promise<(string | number)[]> {
  const times: number[] = [];
  const sums = new Map<string, Counts>();
  for (const page of pages) {
    const before = process.threadCpuUsage();
    const text = await system(page);
    times.push(milliseconds(process.threadCpuUsage(before)));
    for (const length of [1, 4]) {
      const key = `${page.set}${length}`;
      sums.set(key, add(sums.get(key), compare(page.truth, text, length)));
    }
  }
  times.sort((a, b) => a - b);
  const of = (key: string) => ratios(sums.get(key));
  const words = of('benchmark1');
  return [
    name,
    words.precision,
    words.recall,
    words.f1,
    of('benchmark4').f1,
    of('readability1').f1,
    of('readability4').f1,
    Math.round(times[times.length >> 1] ?? 0),
    Math.round(times.at(-1) ?? 0),
  ];
}

interface Counts {
  right: number;
  extra: number;
  missing: number;
}

function compare(truth: string, found: string, length: number): Counts {
  const [wanted, got] = [runsOf(truth, length), runsOf(found, length)];
  const counts: Counts = { right: 0, extra: 0, missing: 0 };
  for (const run of new Set([...wanted.keys(), ...got.keys()])) {
    const [a, b] = [wanted.get(run) ?? 0, got.get(run) ?? 0];
    counts.right += Math.min(a, b);
    counts.extra += Math.max(0, b - a);
    counts.missing += Math.max(0, a - b);
  }
  const sum = counts.right + counts.extra + counts.missing || 1;
  return { right: counts.right / sum, extra: counts.extra / sum, missing: counts.missing / sum };
}

function runsOf(text: string, length: number): Map<string, number> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  const runs = new Map<string, number>();
  for (let index = 0; index + length <= words.length || (index === 0 && words.length > 0); index += 1) {
    const run = words.slice(index, index + length).join(' ');
    runs.set(run, (runs.get(run) ?? 0) + 1);
  }
  return runs;
}

function add(sum: Counts = { right: 0, extra: 0, missing: 0 }, more: Counts): Counts {
  return { right: sum.right + more.right, extra: sum.extra + more.extra, missing: sum.missing + more.missing };
}

function ratios({ right, extra, missing }: Counts = { right: 0, extra: 0, missing: 1 }) {
  return {
    precision: right / (right + extra || 1),
    recall: right / (right + missing || 1),
    f1: (2 * right) / (2 * right + extra + missing || 1),
  };
}

/** How often what we say of an article is what Readability's authors expect. */
function describeMetadata(pages: readonly Page[]): string {
  const right = new Map<string, { right: number; all: number }>();
  const note = (name: string, found: string | null | undefined, expected: string | null | undefined) => {
    const sum = right.get(name) ?? { right: 0, all: 0 };
    right.set(name, { right: sum.right + (bare(found) === bare(expected) ? 1 : 0), all: sum.all + 1 });
  };
  for (const page of pages) {
    const result = page.metadata ? extract(page) : null;
    if (!page.metadata || !result?.ok) continue;
    const { details } = result;
    note('title', details.title, page.metadata.title);
    note('author', details.byline, page.metadata.byline);
    note('site', details.siteName, page.metadata.siteName);
    note('language', details.language, page.metadata.lang);
    if (page.metadata.publishedTime)
      note('date', details.publishedAt?.slice(0, 10), dayOf(page.metadata.publishedTime));
  }
  const shares = [...right].map(([name, sum]) => `${name} ${(sum.right / sum.all).toFixed(3)} of ${sum.all}`);
  return `Metadata as expected on readability-pages: ${shares.join(', ')}.`;
}

function bare(text: string | null | undefined): string {
  return (text ?? '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(?:by|par) /i, '');
}

function dayOf(time: string): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 10);
}

/** The slowest of the shapes that were hardest, in CPU time: other work on the machine does not count. */
function describeHostile(): string {
  const sentence = 'This sentence, of some length, says a few things about nothing at all. ';
  const shapes = [
    `<div class="sidebar comment">${sentence}</div>`,
    `<blockquote>${sentence}`,
    `<br>${sentence}`,
    '<div></div>',
    '<table><tr><td>x',
    `${'<div>x'.repeat(30)}${`</div><p>${sentence}</p>`.repeat(30)}`,
  ];
  const seconds = shapes.map((shape) => {
    const html = `<html><body>${shape.repeat((15 * 1_024 * 1_024) / shape.length)}`;
    const before = process.threadCpuUsage();
    extract({ set: 'benchmark', html, url: 'https://site.example/a', truth: '', metadata: null });
    return milliseconds(process.threadCpuUsage(before)) / 1_000;
  });
  return `Hostile pages of 15 MiB, ${shapes.length} shapes: at most ${Math.max(...seconds).toFixed(1)} s of CPU time each.`;
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}

function count(pages: readonly Page[], set: Page['set']): number {
  return pages.filter((page) => page.set === set).length;
}

function loadBenchmark(folder: string): Page[] {
  const base = path.join(folder, 'article-pages', 'benchmark');
  const truths = JSON.parse(readFileSync(path.join(base, 'ground-truth.json'), 'utf8')) as Record<
    string,
    { articleBody: string; url: string }
  >;
  return Object.entries(truths).map(([name, { articleBody, url }]) => ({
    set: 'benchmark',
    html: gunzipSync(readFileSync(path.join(base, 'html', `${name}.html.gz`))).toString(),
    url: url || 'https://site.example/a',
    truth: articleBody,
    metadata: null,
  }));
}

function loadReadabilityPages(folder: string): Page[] {
  const base = path.join(folder, 'article-pages', 'readability-pages', 'test-pages');
  return readdirSync(base).map((name) => {
    const read = (file: string) => readFileSync(path.join(base, name, file), 'utf8');
    return {
      set: 'readability',
      html: read('source.html'),
      url: 'http://fakehost/test/page.html',
      truth: htmlToText(read('expected.html')),
      metadata: JSON.parse(read('expected-metadata.json')) as Record<string, string | null>,
    };
  });
}
