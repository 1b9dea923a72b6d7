import { describe, expect, it } from 'vitest';
import { budgetFindings } from './budgets.ts';
import { parseSource } from './sources.ts';

const lines = (count: number) => '  work();\n'.repeat(count);
const functionOf = (count: number, name = 'refresh') => `function ${name}() {\n${lines(count - 2)}}\n`;
const findingsOf = (path: string, text: string) => budgetFindings([parseSource(path, text)]);

describe('a budget', () => {
  it('lets ordinary code pass', () => {
    expect(findingsOf('main.ts', functionOf(40))).toEqual({ stops: [], warnings: [], more: 0 });
  });

  it('warns of a long function and stops a longer one, by name and line', () => {
    expect(findingsOf('main.ts', `\n${functionOf(41)}`).warnings).toEqual([
      'main.ts:2 refresh: 41 lines (budget 40, stop 80)',
    ]);
    expect(findingsOf('main.ts', functionOf(80)).stops).toEqual([]);
    expect(findingsOf('main.ts', functionOf(81)).stops).toEqual(['main.ts:1 refresh: 81 lines (budget 40, stop 80)']);
  });

  it('counts arrow functions, methods and functions inside functions', () => {
    const arrow = `const poll = async () => {\n${lines(80)}};\n`;
    const method = `const host = { start() {\n${lines(80)}} };\n`;
    const inner = `function outer() {\n${functionOf(82, 'inner')}}\n`;
    const names = findingsOf('main.ts', arrow + method + inner).stops.map((text) => text.split(/[ :]/)[2]);
    expect(names).toEqual(['poll', 'start', 'outer', 'inner']);
  });

  it('gives a component 120 lines', () => {
    expect(findingsOf('services/alt-frontend/app/list.tsx', functionOf(120, 'List')).stops).toEqual([]);
    expect(findingsOf('services/alt-frontend/app/list.tsx', functionOf(121, 'List')).stops).toHaveLength(1);
    expect(findingsOf('services/alt-frontend/app/list.tsx', functionOf(81, 'list')).stops).toHaveLength(1);
  });

  it('warns of a file over 300 lines and stops one over 400', () => {
    expect(findingsOf('main.ts', lines(300))).toEqual({ stops: [], warnings: [], more: 0 });
    expect(findingsOf('main.ts', lines(301)).warnings).toHaveLength(1);
    expect(findingsOf('main.ts', lines(401)).stops).toEqual(['main.ts: 401 lines (budget 300, stop 400)']);
  });

  it('leaves out tests, catalogues, golden files and data tables', () => {
    for (const path of [
      'main.test.ts',
      'services/alt-frontend/app/language/ru.ts',
      'feeds/golden/a.ts',
      'packages/topology/flows.ts',
    ]) {
      expect(findingsOf(path, lines(500)).stops).toEqual([]);
    }
  });

  it('shows the ten worst and counts the others', () => {
    const text = Array.from({ length: 13 }, (_, index) => functionOf(50 + index, `f${index}`)).join('');
    const { warnings, more } = findingsOf('main.ts', text);
    expect(warnings[0]).toContain('f12: 62 lines');
    expect(warnings).toHaveLength(10);
    expect(more).toBe(3);
  });
});

describe('a source file', () => {
  it('tells its imports, of types and at run time, and its re-exports', () => {
    const text = `
      import type { A } from './a.ts';
      import './b.ts';
      export { c } from './c.ts';
      export * from './d.ts';
      export const e = () => import('./e.ts');
      const text = "import './not.ts'";
    `;
    expect([...parseSource('main.ts', text).imports].sort()).toEqual([
      './a.ts',
      './b.ts',
      './c.ts',
      './d.ts',
      './e.ts',
    ]);
  });

  it('that does not parse is named', () => {
    expect(() => parseSource('broken.ts', 'const = 1;')).toThrow('broken.ts cannot be parsed');
  });
});
