import { Piscina } from 'piscina';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PageResult } from './article.ts';

/** The largest that is read. */
const PAGE_MIB = 15;
const PAGE_BYTES = PAGE_MIB * 1_024 * 1_024;
const S = 'This sentence, of some length, says a few things about nothing at all. ';

/** Shapes that made some part of reading quadratic or greedy while it was written. */
const SHAPES: Record<string, string> = {
  paragraphs: `<p>${S}${S}</p>`,
  'line breaks': `<br>${S}`,
  'links in boxes': `<div><a href=x>${S}</a></div>`,
  'nothing closed': '<div>',
  'formatting that is reopened': '<p><font a=b>',
  'tables in tables': '<table><tr><td>x',
  'empty boxes': '<div></div>',
  'pictures in pictures': '<picture><img data-src=x.jpg src=y.png></picture>',
  'opening brackets': '<',
  'half tags': '<a',
  'half comments': '<!--',
  'half scripts': '<script>',
  'boxes with telling names': `<div class="sidebar comment share-bar">${S}</div>`,
  quotations: `<blockquote>${S}`,
  references: '&amp;',
  styles: `<p style="${'color:red;'.repeat(300)}">${S}`,
  drawings: '<svg><g>',
  'JSON-LD': '<script type=application/ld+json>{"@type":"Article","name":"x"}</script>',
};

let threads: Piscina;
beforeAll(() => {
  threads = new Piscina({
    filename: new URL('./article.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads: 1,
    resourceLimits: { maxOldGenerationSizeMb: 208, maxYoungGenerationSizeMb: 48 },
  });
});
afterAll(() => threads.close({ force: true }));

/** What selectors walk over: wide, deep, and both. Reading it twice shows nothing more for the other shapes. */
const WITH_RULES: ReadonlySet<string> = new Set(['links in boxes', 'nothing closed', 'empty boxes', 'quotations']);

async function extract(html: string, hasRules = false): Promise<PageResult> {
  const url = 'https://site.example/a';
  const page = { bytes: Buffer.from(html), url, contentType: 'text/html; charset=utf-8' };
  const known = { askedUrl: url, feedTitle: '', feedText: '', continues: null };
  const result: PageResult = await threads.run({ ...page, ...known }, { name: 'extractArticle' });
  const rules = { keep: [], drop: ['div div div', 'p > span.x'] };
  if (hasRules) await threads.run({ ...page, rules }, { name: 'readVariant' });
  return result;
}

// The time is a guard against hanging; the target, 2 s of an idle machine, is measured by bench/quality/extraction.ts.
test.each(Object.entries(SHAPES))(`${PAGE_MIB} MiB of %s are read within 256 MB`, async (name, shape) => {
  const begin = '<html><head><title>x</title></head><body>';
  const result = await extract(begin + shape.repeat((PAGE_BYTES - begin.length) / shape.length), WITH_RULES.has(name));
  expect(result.ok || result.reason.length > 10).toBe(true);
});

test.each([
  ['attributes', `<p ${Array.from({ length: PAGE_MIB * 120_000 }, (_, index) => `a${index}`).join(' ')}>`],
  ['one attribute', `<p class="${'x '.repeat(PAGE_BYTES / 2)}">${S.repeat(10)}`],
  ['one JSON-LD object', `<script type=application/ld+json>${'['.repeat(PAGE_BYTES)}</script>${S}`],
  ['one word', `<p>${'x'.repeat(PAGE_BYTES)}</p>`],
])(`${PAGE_MIB} MiB of %s are read within 256 MB`, async (_name, html) => {
  const result = await extract(html);
  expect(result.ok || result.reason.length > 10).toBe(true);
});
