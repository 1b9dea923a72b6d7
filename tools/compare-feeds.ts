import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { type ParsedFeed, type ParsedItem, parseFeed } from '@alt/feeds';

/**
 * Reads every file of a folder as a feed and compares items, titles, links and dates with the expected JSON beside it, in
 * the shapes that gofeed and feedsmith keep their test data in. Prints the differences and a summary. Without expected JSON it
 * prints what the file yields.
 *
 *   node tools/compare-feeds.ts <folder> [--all]
 */

interface Expected {
  title: string | null;
  links: string[];
  items: {
    title: string | null;
    links: string[];
    published: number | null;
    updated: number | null;
    isBlank: boolean;
  }[];
}

interface Difference {
  file: string;
  field: string;
  expected: string;
  actual: string;
}

/** What an item must have at least one of to be one; test data for single elements has items with nothing but a copyright. */
const KEPT_FIELDS = (
  'title link links guid id description content content_html content_text summary pubDate published updated issued modified url ' +
  'authors author categories enclosures enclosure image extensions dcExt itunesExt language source'
).split(' ');

const DOCUMENT_URL = 'https://compared.example/feeds/feed.xml';

function main(folder: string, isVerbose: boolean): number {
  const files = listFiles(folder).filter((file) => /\.(?:xml|rss|atom|rdf|json)$/.test(file));
  const differences: Difference[] = [];
  const counts = { files: 0, feeds: 0, refused: 0, compared: 0, equal: 0 };
  for (const file of files) {
    if (isExpectation(file, files)) continue;
    counts.files++;
    const outcome = parseFeed(readFileSync(file), { url: DOCUMENT_URL });
    const name = relative(folder, file);
    if (!outcome.ok) {
      counts.refused++;
      console.log(`${name}: refused, ${outcome.refusal.code}`);
      continue;
    }
    counts.feeds++;
    if (isVerbose)
      console.log(`${name}: ${outcome.feed.format} ${outcome.feed.version}, ${outcome.feed.items.length} items`);
    const expected = expectationOf(file, files);
    if (expected === null) continue;
    counts.compared++;
    const found = compare(name, expected, outcome.feed);
    if (found.length === 0) counts.equal++;
    differences.push(...found);
  }
  const isNotable = ({ field }: Difference): boolean => field !== 'blank items';
  console.table(differences.filter(isNotable));
  console.log({ ...counts, onlyBlankItemsLeftOut: differences.filter((difference) => !isNotable(difference)).length });
  return 0;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? listFiles(path) : [path];
    });
}

function isExpectation(file: string, files: readonly string[]): boolean {
  if (file.endsWith('_expected.json')) return true;
  const stem = file.replace(/\.json$/, '');
  return file.endsWith('.json') && files.some((other) => other === `${stem}.xml`);
}

function expectationOf(file: string, files: readonly string[]): Expected | null {
  const stem = file.replace(/\.[^.]+$/, '');
  const candidates = file.endsWith('.json') ? [`${stem}_expected.json`] : [`${stem}_expected.json`, `${stem}.json`];
  const found = candidates.find((candidate) => files.includes(candidate));
  if (found === undefined) return null;
  try {
    return readExpectation(JSON.parse(readFileSync(found, 'utf8')));
  } catch {
    console.log(`${basename(found)}: not JSON`);
    return null;
  }
}

function readExpectation(value: unknown): Expected | null {
  if (!isRecord(value)) return null;
  const rawItems = Array.isArray(value.items) ? value.items : Array.isArray(value.entries) ? value.entries : [];
  return {
    title: textIn(value.title),
    links: linksIn(value),
    items: rawItems.filter(isRecord).map((item) => ({
      title: textIn(item.title),
      links: linksIn(item),
      published: dateIn(item, ['publishedParsed', 'published', 'pubDateParsed', 'pubDate', 'date_published']),
      updated: dateIn(item, ['updatedParsed', 'updated', 'date_modified']),
      isBlank: !KEPT_FIELDS.some((field) => field in item),
    })),
  };
}

function compare(file: string, expected: Expected, feed: ParsedFeed): Difference[] {
  const differences: Difference[] = [];
  const note = (field: string, wanted: unknown, actual: unknown): void => {
    differences.push({ file, field, expected: shorten(wanted), actual: shorten(actual) });
  };
  if (expected.title !== null && plain(expected.title) !== plain(feed.title)) note('title', expected.title, feed.title);
  if (expected.links.length > 0 && !hasLink(expected.links, feed.siteUrl, feed.selfUrl))
    note('link', expected.links, feed.siteUrl);
  const blankCount = expected.items.filter(({ isBlank }) => isBlank).length;
  const isBlankAlone = expected.items.length - blankCount === feed.items.length;
  if (expected.items.length !== feed.items.length)
    note(isBlankAlone ? 'blank items' : 'items', expected.items.length, feed.items.length);
  for (const [index, wanted] of expected.items.entries()) {
    const item = feed.items[index];
    if (item !== undefined) compareItem(index, wanted, item, note);
  }
  return differences;
}

function compareItem(
  index: number,
  wanted: Expected['items'][number],
  item: ParsedItem,
  note: (field: string, wanted: unknown, actual: unknown) => void,
): void {
  if (wanted.title !== null && plain(wanted.title) !== plain(item.title))
    note(`item ${index} title`, wanted.title, item.title);
  const others = item.enclosures.map(({ url }) => url);
  if (wanted.links.length > 0 && !hasLink(wanted.links, item.url, item.comments?.url ?? null, ...others))
    note(`item ${index} link`, wanted.links, item.url);
  if (wanted.published !== null && wanted.published !== item.publishedAt?.getTime()) {
    note(`item ${index} published`, new Date(wanted.published).toISOString(), item.publishedAt?.toISOString());
  }
  if (wanted.updated !== null && wanted.updated !== item.updatedAt?.getTime()) {
    note(`item ${index} updated`, new Date(wanted.updated).toISOString(), item.updatedAt?.toISOString());
  }
}

function linksIn(value: Record<string, unknown>): string[] {
  const listed = Array.isArray(value.links) ? value.links : [];
  const fromList = listed.map((link) => (isRecord(link) ? textIn(link.href) : textIn(link)));
  const single = [value.link, value.url, value.home_page_url, value.external_url].map(textIn);
  return [...single, ...fromList].filter((link) => link !== null);
}

function hasLink(expected: readonly string[], ...actual: (string | null)[]): boolean {
  return expected.some((link) => {
    const absolute = URL.parse(link.trim(), DOCUMENT_URL)?.href ?? link;
    // A link of another scheme is no link to a page.
    if (!/^https?:/.test(absolute)) return true;
    return actual.some((url) => url !== null && (url === link || URL.parse(url)?.href === absolute));
  });
}

function dateIn(item: Record<string, unknown>, names: readonly string[]): number | null {
  for (const name of names) {
    const time = Date.parse(textIn(item[name]) ?? '');
    if (!Number.isNaN(time)) return time;
  }
  return null;
}

function textIn(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value;
  return isRecord(value) ? textIn(value.value) : null;
}

/** Expected titles keep markup and blanks; ours are plain. */
function plain(title: string | null): string {
  return (title ?? '')
    .replace(/<[^>]*>/g, '')
    .replace(
      /&(amp|lt|gt|quot|apos|#39);/g,
      (_whole, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'",
    )
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function shorten(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > 70 ? `${text.slice(0, 69)}…` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const [folder, option] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Say which folder of feeds to read: node tools/compare-feeds.ts <folder> [--all]');
  process.exitCode = 2;
} else {
  process.exitCode = main(folder, option === '--all');
}
