import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseQuery, printQuery, type SearchNode, type SearchQuery } from './index.ts';

function rootOf(text: string): SearchNode {
  const { query, errors } = parseQuery(text);
  if (!query) throw new Error(errors[0].message);
  return query.root;
}

const word = (text: string): SearchNode => ({ kind: 'word', field: 'text', text, isPrefix: false });
const and = (...parts: SearchNode[]): SearchNode => ({ kind: 'and', parts });
const or = (...parts: SearchNode[]): SearchNode => ({ kind: 'or', parts });
const not = (part: SearchNode): SearchNode => ({ kind: 'not', part });

describe('what is understood', () => {
  test.each<[string, SearchNode]>([
    ['cats', word('cats')],
    ['cats dogs', and(word('cats'), word('dogs'))],
    ['cats AND dogs', and(word('cats'), word('dogs'))],
    ['cats OR dogs', or(word('cats'), word('dogs'))],
    ['old cats OR dogs', and(word('old'), or(word('cats'), word('dogs')))],
    ['(old cats) OR dogs', or(and(word('old'), word('cats')), word('dogs'))],
    ['-cats', not(word('cats'))],
    ['NOT cats', not(word('cats'))],
    ['-(cats OR dogs)', not(or(word('cats'), word('dogs')))],
    ['cats - dogs & birds', and(word('cats'), word('dogs'), word('birds'))],
    ['state-of-the-art', word('state-of-the-art')],
    ['C++', word('C++')],
    ['or and not', and(word('or'), word('and'), word('not'))],
    ['cat*', { kind: 'word', field: 'text', text: 'cat', isPrefix: true }],
    ['"old  cats"', { kind: 'phrase', field: 'text', text: 'old cats' }],
    ['“old cats”', { kind: 'phrase', field: 'text', text: 'old cats' }],
    ['old"cats"', and(word('old'), { kind: 'phrase', field: 'text', text: 'cats' })],
    ['intitle:cats', { kind: 'word', field: 'title', text: 'cats', isPrefix: false }],
    ['inurl:"blog/2026"', { kind: 'phrase', field: 'url', text: 'blog/2026' }],
    ['author:Ada', { kind: 'word', field: 'author', text: 'Ada', isPrefix: false }],
    ['Feed:"Old cats"', { kind: 'feed', name: 'Old cats' }],
    ['folder:News', { kind: 'folder', name: 'News' }],
    ['label:later', { kind: 'label', name: 'later' }],
    ['tag:東京', { kind: 'tag', name: '東京' }],
    ['lang:PT-BR', { kind: 'lang', language: 'pt' }],
    ['is:Unread', { kind: 'is', state: 'unread' }],
    ['has:audio', { kind: 'has', what: 'audio' }],
    ['after:2026-02', { kind: 'after', date: '2026-02' }],
    ['before:2024-02-29', { kind: 'before', date: '2024-02-29' }],
    ['検索　エンジン', and(word('検索'), word('エンジン'))],
    ['https://cats.example/', word('https://cats.example/')],
    ['ca\u0301t', word('cát')],
  ])('%s', (text, node) => {
    expect(rootOf(text)).toEqual(node);
  });

  test('plain are words side by side and nothing else', () => {
    const isPlain = (text: string) => parseQuery(text).query?.isPlain;
    expect(['cats', 'cats dogs', '検索 エンジン', '(cats)', 'cats - dogs'].filter(isPlain)).toHaveLength(4);
    expect(['cats AND dogs', 'cats -dogs', '"cats"', 'cat*', '(cats dogs)', 'cats is:unread'].some(isPlain)).toBe(
      false,
    );
  });
});

describe('what is not understood says where and what to do', () => {
  test.each([
    ['', 'empty', 0, 0],
    ['- & !', 'empty', 0, 5],
    ['say "cats', 'unclosed-quote', 4, 5],
    ['a (cats', 'unclosed-parenthesis', 2, 3],
    ['cats) a', 'unexpected-parenthesis', 4, 5],
    ['OR cats', 'missing-operand', 0, 2],
    ['cats OR', 'missing-operand', 7, 7],
    ['(cats OR) a', 'missing-operand', 8, 8],
    ['cats AND', 'missing-operand', 8, 8],
    ['a feed: b', 'missing-value', 2, 7],
    ['label:""', 'missing-value', 0, 8],
    ['intitle:!', 'missing-value', 0, 9],
    ['a is:old', 'unknown-value', 2, 8],
    ['lang:german', 'unknown-value', 0, 11],
    ['after:2026-02-30', 'invalid-date', 0, 16],
    [`${'('.repeat(100)}a`, 'too-complex', 21, 22],
    ['a '.repeat(101), 'too-complex', 200, 201],
    ['a'.repeat(2_001), 'too-complex', 0, 2_001],
  ])('%.40s', (text, code, start, end) => {
    const { query, errors } = parseQuery(text);
    expect(query).toBeNull();
    expect(errors).toEqual([{ code, start, end, message: expect.stringMatching(/^[A-Z].+\.$/) }]);
  });
});

const wordText = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 8 })
  .map((text) =>
    text
      .normalize('NFC')
      .replace(/[\s()"“”„‟«»*\p{Cc}]/gu, '')
      .replace(/^-+/, ''),
  )
  .filter(
    (text) =>
      /[\p{L}\p{N}]/u.test(text) &&
      !/^(OR|AND|NOT)$/.test(text) &&
      !/^[a-z]+:/i.test(text) &&
      text === text.normalize('NFC'),
  );
const phraseText = fc.array(wordText, { minLength: 1, maxLength: 3 }).map((words) => words.join(' ').normalize('NFC'));
const field = fc.constantFrom('text' as const, 'title' as const, 'author' as const, 'url' as const);
const leaf: fc.Arbitrary<SearchNode> = fc.oneof(
  fc.record({ kind: fc.constant('word' as const), field, text: wordText, isPrefix: fc.boolean() }),
  fc.record({ kind: fc.constant('phrase' as const), field, text: phraseText }),
  fc.record({
    kind: fc.constantFrom('feed' as const, 'folder' as const, 'label' as const, 'tag' as const),
    name: phraseText,
  }),
  fc.constantFrom<SearchNode>(
    { kind: 'lang', language: 'ja' },
    { kind: 'is', state: 'unread' },
    { kind: 'has', what: 'summary' },
    { kind: 'after', date: '2026' },
    { kind: 'before', date: '2026-11-21' },
  ),
);
const { node } = fc.letrec<{ node: SearchNode }>((tie) => {
  const parts = (not: 'and' | 'or') =>
    fc.array(
      tie('node').filter(({ kind }) => kind !== not),
      { minLength: 2, maxLength: 4 },
    );
  return {
    node: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      leaf,
      fc.record({ kind: fc.constant('and' as const), parts: parts('and') }),
      fc.record({ kind: fc.constant('or' as const), parts: parts('or') }),
      fc.record({ kind: fc.constant('not' as const), part: tie('node') }),
    ),
  };
});

/** Beyond these limits a query is refused, as it should be. */
function isModest(root: SearchNode): boolean {
  return JSON.stringify(root).split('"kind"').length < 60;
}

describe('any query', () => {
  test('that is printed reads as what it was', () => {
    fc.assert(
      fc.property(node.filter(isModest), (root) => {
        const { query } = parseQuery(printQuery({ root, isPlain: false }));
        expect(query?.root).toEqual(root);
      }),
    );
  });

  const noise = fc
    .array(
      fc.constantFrom(
        'a',
        'b*',
        '"',
        '(',
        ')',
        '-',
        ' ',
        ' OR ',
        ' AND ',
        ' NOT ',
        'feed:',
        'is:read',
        'after:2026',
        '\u0000',
        '\ud800',
        '“x y”',
      ),
    )
    .map((pieces) => pieces.join(''));
  test('of any characters answers a query or a mistake within it, and prints as what it means', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string(), noise), (text) => {
        const { query, errors } = parseQuery(text);
        if (query) expect(parseQuery(printQuery(query)).query).toEqual<SearchQuery>(query);
        for (const { start, end } of errors) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
