import { type HostileItem, post, posts, rss } from '@alt/testing/hostile/index.ts';
import { describe, expect, test } from 'vitest';
import { readDocument } from './document.ts';

const TEASER = 'The council met on Tuesday for the first time since the summer and talked about the bridge. […]';
const WHOLE = `<p>${'The council met on Tuesday and talked about the bridge for three hours. '.repeat(6)}</p>`;

interface StoredRow {
  title: string;
  is_partial: boolean;
  content_hash: string;
  text_hash: string;
}

function rowsOf(items: HostileItem[], { isFirst = false } = {}): StoredRow[] {
  const bytes = Buffer.from(rss(items));
  const result = readDocument({ bytes, url: 'https://h.example/feed', contentType: null, knownHash: null, isFirst });
  if (result.kind !== 'feed') throw new Error('the test document is no feed');
  return JSON.parse(`[${Buffer.from(result.rows).toString().slice(0, -1)}]`);
}

/** So many teasers, the newest in the middle of the document. */
function teasers(count: number): HostileItem[] {
  const newestFirst = posts(count).map((item) => ({ ...item, description: TEASER.repeat(2) }));
  return [...newestFirst.slice(count / 2), ...newestFirst.slice(0, count / 2)];
}

const partial = (rows: StoredRow[]) => rows.filter((row) => row.is_partial).map(({ title }) => title);

describe('what is taken for cut short', () => {
  test('are teasers with an address, and no whole articles', () => {
    const items = [
      post(1, { description: TEASER.repeat(2) }),
      post(2, { description: WHOLE }),
      post(3, { description: TEASER.repeat(2), link: '' }),
    ];
    expect(rowsOf(items).map((row) => row.is_partial)).toEqual([true, false, false]);
  });

  test('are the newest thirty of the first document at most, wherever they stand in it', () => {
    const first = rowsOf(teasers(80), { isFirst: true });
    const newest = posts(80).slice(0, 30);
    expect(first).toHaveLength(80);
    expect(partial(first).sort()).toEqual(newest.map(({ title }) => title ?? '').sort());
  });

  test('are all of a later document', () => {
    expect(partial(rowsOf(teasers(80)))).toHaveLength(80);
  });

  test('are the first thirty where nothing has a date', () => {
    const items = teasers(80).map((item) => ({ ...item, date: null }));
    expect(partial(rowsOf(items, { isFirst: true }))).toEqual(items.slice(0, 30).map(({ title }) => title));
  });
});

test('the hash of the text changes with title and text alone, the hash of the content with all that is stored', () => {
  const hashes = (item: HostileItem) => {
    const [row] = rowsOf([item]);
    return [row?.content_hash, row?.text_hash];
  };
  const item = post(1, { description: WHOLE });
  const [content, text] = hashes(item);
  expect(hashes({ ...item, link: 'https://h.example/elsewhere' })[1]).toBe(text);
  expect(hashes({ ...item, link: 'https://h.example/elsewhere' })[0]).not.toBe(content);
  expect(hashes({ ...item, description: `<img src="/b.png">${WHOLE}` })[1]).toBe(text);
  expect(hashes({ ...item, title: 'Another' })[1]).not.toBe(text);
  expect(hashes({ ...item, description: `${WHOLE}<p>More.</p>` })[1]).not.toBe(text);
});
