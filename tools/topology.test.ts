import { readFile } from 'node:fs/promises';
import { serviceNames } from '@alt/topology';
import { validate } from '@probelabs/maid';
import { describe, expect, it } from 'vitest';
import { clusterDiagram, machineDiagram, regions, withDerivedRegions } from './topology.ts';

describe('the derived diagrams', () => {
  it.each([
    ['machine', machineDiagram()],
    ['cluster', clusterDiagram()],
  ])('of a %s are flowcharts that parse', (_, diagram) => {
    expect(validate(diagram)).toEqual({ type: 'flowchart', errors: [] });
  });

  it('are judged by a parser that refuses what Mermaid refuses', () => {
    expect(validate('flowchart LR\n  a[a job (nightly)]\n').errors).not.toEqual([]);
    expect(validate('flowchart LR\n  a -->|80 b\n').errors).not.toEqual([]);
    expect(validate('flowchart LR\n  subgraph G["x"]\n  a\n').errors).not.toEqual([]);
  });

  it('show every service of their shape', () => {
    const isIn = (diagram: string) => (name: string) =>
      new RegExp(`^ +${name.replaceAll('-', '_')}[[(]`, 'm').test(diagram);
    expect(serviceNames.filter((name) => !isIn(machineDiagram())(name))).toEqual([]);
    expect(serviceNames.filter((name) => !isIn(clusterDiagram())(name))).toEqual(['gateway']);
  });
});

describe('a derived region', () => {
  it('is replaced whole, and the text around it stays', () => {
    const before = 'a\n<!-- derived:topology-ports -->\nold\n<!-- /derived -->\nb\n';
    const after = withDerivedRegions(before);
    expect(after).toBe(
      `a\n<!-- derived:topology-ports -->\n\n${regions['topology-ports']?.()}\n\n<!-- /derived -->\nb\n`,
    );
    expect(withDerivedRegions(after)).toBe(after);
  });

  it('of an unknown name stays as it is', () => {
    const text = '<!-- derived:other -->\nkept\n<!-- /derived -->\n';
    expect(withDerivedRegions(text)).toBe(text);
  });

  it('stands in ARCHITECTURE.md for each derivation', async () => {
    const text = await readFile(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8');
    expect(Object.keys(regions).filter((name) => !text.includes(`<!-- derived:${name} -->`))).toEqual([]);
    expect(withDerivedRegions(text)).toBe(text);
  });
});
