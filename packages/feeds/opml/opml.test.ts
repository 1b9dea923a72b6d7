import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type OpmlOutline, parseOpml, writeOpml } from '../index.ts';

function read(opml: string): OpmlOutline[] {
  const outcome = parseOpml(Buffer.from(opml));
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.outlines;
}

const body = (outlines: string): string =>
  `<?xml version="1.0"?><opml version="1.1"><head><title>T</title></head><body>${outlines}</body></opml>`;
const A: OpmlOutline = {
  kind: 'feed',
  title: 'A',
  xmlUrl: 'https://a.example/feed',
  htmlUrl: 'https://a.example/',
  children: [],
};

describe('reading', () => {
  test('nested folders, attributes in any case, titles from either attribute', () => {
    const outlines = read(
      body(
        `<outline text="News"><outline TEXT="A" xmlURL="https://a.example/feed" htmlurl="https://a.example/"/><outline title="Deep"><outline text="x" title="B" type="rss" xmlUrl="https://b.example/?a=1&b=2"></outline></outline></outline>`,
      ),
    );
    expect(outlines).toEqual([
      {
        kind: 'folder',
        title: 'News',
        children: [
          A,
          {
            kind: 'folder',
            title: 'Deep',
            children: [{ kind: 'feed', title: 'B', xmlUrl: 'https://b.example/?a=1&b=2', children: [] }],
          },
        ],
      },
    ]);
  });

  test('folders named in category attributes', () => {
    const outlines = read(
      body(
        '<outline text="A" xmlUrl="https://a.example/feed" htmlUrl="https://a.example/" category="/News/Local,/Daily,tag"/>',
      ),
    );
    expect(outlines).toEqual([
      { kind: 'folder', title: 'News', children: [{ kind: 'folder', title: 'Local', children: [A] }] },
      { kind: 'folder', title: 'Daily', children: [A] },
    ]);
  });

  test('a feed without a title has its address for one, a file without body its outlines', () => {
    expect(read('<opml><outline xmlUrl="https://a.example/feed"/></opml>')).toEqual([
      { kind: 'feed', title: 'https://a.example/feed', xmlUrl: 'https://a.example/feed', children: [] },
    ]);
  });

  test('HTML with unescaped quotes inside an attribute', () => {
    const feed =
      '<outline text="A" description="An <em class="x">old</em> feed" xmlUrl="https://a.example/feed" htmlUrl="https://a.example/"/>';
    expect(read(body(feed))).toEqual([A]);
  });

  test('a file cut short keeps what it has', () => {
    expect(
      read(
        body(
          '<outline text="A" xmlUrl="https://a.example/feed" htmlUrl="https://a.example/"/><outline text="B" xmlU',
        ).slice(0, -21),
      ),
    ).toEqual([A]);
  });

  test('ten thousand folders inside each other are merged, not followed', () => {
    const outlines = read(
      body(`${'<outline text="x">'.repeat(10_000)}<outline text="A" xmlUrl="https://a.example/feed"/>`),
    );
    expect(JSON.stringify(outlines).length).toBeLessThan(5_000);
  });

  test.each(['', ' ', 'plain text', '<rss version="2.0"><channel/></rss>', '<html><body>x</body></html>', '{}'])(
    '“%s” is refused',
    (text) => {
      expect(parseOpml(Buffer.from(text)).ok).toBe(false);
    },
  );
});

describe('writing', () => {
  const title = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map(
    (text) =>
      text
        .replace(/\s+/g, ' ')
        .trim()
        .replace(/[\p{Cc}\ufffe\uffff]/gu, '') || 'x',
  );
  const feed = fc.record({ title, path: fc.webPath() }).map(
    ({ title, path }): OpmlOutline => ({
      kind: 'feed',
      title,
      xmlUrl: `https://f.example${path}?a=1&b="`,
      children: [],
    }),
  );
  const outline: fc.Arbitrary<OpmlOutline> = fc.letrec<{ outline: OpmlOutline }>((tie) => ({
    outline: fc.oneof(
      { maxDepth: 4 },
      feed,
      fc
        .record({ title, children: fc.array(tie('outline'), { maxLength: 4 }) })
        .map(({ title, children }): OpmlOutline => ({ kind: 'folder', title, children })),
    ),
  })).outline;

  test('what is written is read back', () => {
    fc.assert(
      fc.property(fc.array(outline, { maxLength: 5 }), (outlines) => {
        expect(read(writeOpml({ title: 'T & "Q"', outlines }))).toEqual(outlines);
      }),
    );
  });

  test('any bytes are answered', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parseOpml(bytes)).toHaveProperty('ok');
      }),
    );
  });
});
