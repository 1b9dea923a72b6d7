import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAllowed, parseRobots } from './robots.ts';

beforeAll(() => fc.configureGlobal({ numRuns: process.env.ALT_TEST_LONG === '1' ? 20_000 : 100 }));
afterAll(() => fc.resetConfigureGlobal());

const at = (path: string) => `https://example.org${path}`;

// biome-ignore format: a table is read in rows
const cases: [robots: string, path: string, isAllowed: boolean][] = [
  ['', '/a', true],
  ['User-agent: *\nDisallow: /', '/a', false],
  ['User-agent: *\nDisallow:', '/a', true],
  ['User-agent: *\nDisallow: /private', '/private/a', false],
  ['User-agent: *\nDisallow: /private', '/public', true],
  ['User-agent: *\nDisallow: /a\nAllow: /a/b', '/a/b/c', true],
  ['User-agent: *\nAllow: /a\nDisallow: /a', '/a', true],
  ['User-agent: *\nDisallow: /*.pdf$', '/x/y.pdf', false],
  ['User-agent: *\nDisallow: /*.pdf$', '/x/y.pdf?z', true],
  ['User-agent: *\nDisallow: /a*b*c', '/a-b-c-d', false],
  ['User-agent: *\nDisallow: /a*b$', '/a-b-b', false],
  ['User-agent: other\nDisallow: /', '/a', true],
  ['User-agent: Alt\nDisallow: /', '/a', false],
  ['User-agent: *\nDisallow: /\n\nUser-agent: alt\nDisallow: /b', '/a', true],
  ['User-agent: alt\n\nUser-agent: other\nDisallow: /x', '/x', false],
  ['User-agent: *\nUser-agent: other\nDisallow: /x # why', '/x', false],
  ['User-agent: altitude\nDisallow: /', '/a', true],
  ['Disallow: /', '/a', true],
  ['User-agent: *\r\nDisallow: /x\r\n', '/x', false],
  ['User-agent: *\nDisallow: /', '/robots.txt', true],
];

test.each(cases)('%j lets %s be fetched: %s', (robots, path, expected) => {
  expect(isAllowed(parseRobots(robots), at(path))).toBe(expected);
});

test('any text is read in no time and never throws', () => {
  fc.assert(
    fc.property(fc.string(), fc.webPath(), (robots, path) => {
      isAllowed(parseRobots(`User-agent: *\nDisallow: ${robots}`), at(path));
    }),
  );
  const hostile = `User-agent: *\nDisallow: /${'*a'.repeat(5_000)}$`;
  expect(isAllowed(parseRobots(hostile), at(`/${'a'.repeat(8_000)}`))).toBe(false);
});
