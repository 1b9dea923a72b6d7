import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_SELECTOR_LENGTH, parseSelector } from './selectors.ts';

test('names, ids, classes, attributes, descendants, children and lists are read', () => {
  expect(parseSelector(' Article > p.lead , #main [data-x="a b"] ')).toEqual([
    [
      { isChild: false, name: 'article', tests: [] },
      { isChild: true, name: 'p', tests: [{ attribute: 'class', operator: '~=', value: 'lead' }] },
    ],
    [
      { isChild: false, name: null, tests: [{ attribute: 'id', operator: '=', value: 'main' }] },
      { isChild: false, name: null, tests: [{ attribute: 'data-x', operator: '=', value: 'a b' }] },
    ],
  ]);
  for (const operator of ['=', '~=', '|=', '^=', '$=', '*=']) {
    expect(parseSelector(`a[href${operator}'x']`)?.[0]?.[0]?.tests).toEqual([
      { attribute: 'href', operator, value: 'x' },
    ]);
  }
  expect(parseSelector('*')).toEqual([[{ isChild: false, name: null, tests: [] }]]);
  expect(parseSelector('.статья')).not.toBeNull();
});

test('everything else is refused', () => {
  const refused = [
    '',
    '  ',
    '>',
    'a >',
    '> a',
    'a,,b',
    'a + b',
    'a ~ b',
    'a:has(b)',
    'a::before',
    '[',
    '[a=',
    'a{}',
    '.',
    '1a',
  ];
  for (const text of [...refused, 'a '.repeat(9), `.${'x'.repeat(MAX_SELECTOR_LENGTH)}`]) {
    expect(parseSelector(text), text).toBeNull();
  }
});

test('any text is read or refused, never thrown at', () => {
  const part = fc.constantFrom('a', '.b', '#c', '[d]', '[e="f"]', ' ', '>', ',', '"', '[', ']', '*', 'é', '\n');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(part, { maxLength: 30 }).map((parts) => parts.join('')),
      ),
      (text) => {
        const selector = parseSelector(text);
        return selector === null || selector.every((steps) => steps.length > 0 && steps[0]?.isChild === false);
      },
    ),
  );
});
