import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type JudgedArticle,
  matches,
  parseQuery,
  type SearchNode,
  type SearchUnit,
  splitQuery,
  type TextAnalysis,
  type TextQuery,
} from './index.ts';

/** Words between blanks, and English that loses its last s; the real one is @alt/language's. */
const analysis: TextAnalysis = {
  eachWord(text, visit) {
    for (const word of wordsOf(text)) if (visit(word) === false) return;
  },
  unitsOf: (text, isPrefix) => [{ words: wordsOf(text), endsOpen: isPrefix }],
  phraseOf: (text): SearchUnit => ({ words: wordsOf(text), endsOpen: false }),
  isStemmed: (language) => language === 'en',
  stem: (word) => word.replace(/s$/, ''),
  fold: (name) => name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase(),
};

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

const article: JudgedArticle = {
  title: 'Old cats sleep',
  text: 'The dogs of the house run in the garden.',
  author: 'Ada Lovelace',
  url: 'https://pets.example/blog/2026/old-cats',
  language: 'en',
  feed: { id: 12, title: 'Zoé’s Pets', url: 'https://www.pets.example/feed.xml' },
  folders: ['Animals', 'All that lives'],
  labels: ['later'],
  tags: ['Haustiere', 'C++'],
  isRead: false,
  isStarred: true,
  hasSummary: true,
  hasAudio: false,
  sortAt: new Date('2026-11-21T10:00:00Z'),
};

function judge(text: string, changed: Partial<JudgedArticle> = {}): boolean {
  const { query, errors } = parseQuery(text);
  if (!query) throw new Error(errors[0].message);
  return matches(query.root, { ...article, ...changed }, analysis);
}

describe('an article is found', () => {
  test.each([
    'cat dog',
    'cats OR birds',
    '-birds',
    '"old cats"',
    'gard*',
    'old-cats',
    'intitle:cats',
    'author:ada',
    'author:"ada lovelace"',
    'inurl:blog',
    'feed:pets',
    'feed:zoe',
    'feed:12',
    'feed:#12',
    'feed:pets.example',
    'folder:"all that lives"',
    'label:Later',
    'tag:haustiere',
    'tag:c++',
    'lang:en',
    'is:unread is:starred',
    'has:summary -has:audio',
    'after:2026-11-21 before:2026-12',
    'birds OR is:starred',
    '-(birds is:starred)',
  ])('by %s', (query) => expect(judge(query)).toBe(true));
});

describe('an article is not found', () => {
  test.each([
    'cats birds',
    '-cats',
    '"cats old"',
    '"old cat"',
    '"sleep the"',
    'gard',
    'intitle:dogs',
    'author:grace',
    'inurl:news',
    'feed:1',
    'feed:#1',
    'feed:example',
    'folder:anim',
    'label:lat',
    'tag:haus',
    'lang:de',
    'is:read',
    'has:audio',
    'after:2026-11-22',
    'before:2026-11-21',
  ])('by %s', (query) => expect(judge(query)).toBe(false));

  test('by a stem in a text of another language, or of one that is not known', () => {
    expect(judge('cat', { language: null })).toBe(false);
    expect(judge('cats', { language: null })).toBe(true);
    expect(judge('lang:und', { language: null })).toBe(true);
  });
});

describe('splitting text from state', () => {
  const split = (text: string) => splitQuery(parseQuery(text).query?.root as SearchNode);

  test('gives the text to the engine and the state to the database', () => {
    expect(split('cats is:unread -dogs label:later')).toEqual([
      {
        text: {
          kind: 'and',
          parts: [
            { kind: 'word', field: 'text', text: 'cats' },
            { kind: 'not', part: { kind: 'word', field: 'text', text: 'dogs' } },
          ],
        },
        state: {
          kind: 'and',
          parts: [
            { kind: 'is', state: 'unread' },
            { kind: 'label', name: 'later' },
          ],
        },
      },
    ]);
    expect(split('cats')).toEqual([{ text: { kind: 'word', field: 'text', text: 'cats' }, state: null }]);
    expect(split('is:read OR is:starred')).toHaveLength(1);
    expect(split('cats OR is:starred')).toHaveLength(2);
  });

  test('refuses what has too many ways', () => {
    const pairs = Array.from({ length: 5 }, (_, n) => `(a${n} OR label:${n})`).join(' ');
    expect(split(pairs)).toBeNull();
  });

  const leaf = fc.constantFrom(
    'cats',
    'birds',
    '"old cats"',
    'intitle:dogs',
    'is:unread',
    'is:starred',
    'label:later',
    'has:audio',
  );
  const { query } = fc.letrec<{ query: string }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      leaf,
      tie('query').map((part) => `-(${part})`),
      fc.tuple(tie('query'), tie('query')).map(([a, b]) => `(${a}) (${b})`),
      fc.tuple(tie('query'), tie('query')).map(([a, b]) => `(${a}) OR (${b})`),
    ),
  }));

  test('means the same as the whole, for any query', () => {
    fc.assert(
      fc.property(query, fc.boolean(), fc.boolean(), fc.boolean(), (text, isRead, isStarred, hasAudio) => {
        const cases = split(text);
        fc.pre(cases !== null);
        const changed = { ...article, isRead, isStarred, hasAudio };
        const found = cases.some(
          (one) =>
            (!one.text || matches(asNode(one.text), changed, analysis)) &&
            (!one.state || matches(one.state, changed, analysis)),
        );
        expect(found).toBe(judge(text, { isRead, isStarred, hasAudio }));
      }),
    );
  });
});

function asNode(text: TextQuery): SearchNode {
  if (text.kind === 'word') return { ...text, isPrefix: text.isPrefix ?? false };
  if (text.kind === 'phrase') return text;
  if (text.kind === 'not') return { kind: 'not', part: asNode(text.part) };
  return { kind: text.kind, parts: text.parts.map(asNode) };
}
