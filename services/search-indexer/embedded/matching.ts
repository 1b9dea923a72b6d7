import { intersect, isEmpty, subtract, unite } from './bits.ts';
import { keepPhrases } from './phrases.ts';
import type { LeafPostings, Node } from './plan.ts';
import { addDocuments, type Block, createBlock, WINDOW_SIZE, WINDOW_WORDS } from './postings.ts';

/** Sets for one window, used again and again. */
export interface Scratch {
  block: Block;
  scores: Float64Array;
  take(): Uint32Array;
  give(bits: Uint32Array): void;
}

export function createScratch(): Scratch {
  const free: Uint32Array[] = [];
  return {
    block: createBlock(),
    scores: new Float64Array(WINDOW_SIZE),
    take: () => free.pop()?.fill(0) ?? new Uint32Array(WINDOW_WORDS),
    give: (bits) => void free.push(bits),
  };
}

/**
 * Which documents of `mask`, of a window of a segment, a node holds for. The caller gives the set back.
 */
export function match(node: Node, base: number, mask: Uint32Array, scratch: Scratch): Uint32Array {
  if (node.kind === 'set') return matchSet(node.documents, base, mask, scratch);
  if (node.kind === 'word') return matchWord(node.of, base, mask, scratch);
  if (node.kind === 'phrase') return matchPhrase(node, base, mask, scratch);
  const out = scratch.take();
  if (node.kind === 'not') {
    const excluded = match(node.part, base, mask, scratch);
    out.set(mask);
    subtract(out, excluded);
    scratch.give(excluded);
  } else if (node.kind === 'and') {
    out.set(mask);
    for (const part of node.parts) {
      if (!isEmpty(out)) narrow(part, base, out, scratch);
    }
  } else {
    for (const part of node.parts) {
      const found = match(part, base, mask, scratch);
      unite(out, found);
      scratch.give(found);
    }
  }
  return out;
}

function narrow(part: Node, base: number, out: Uint32Array, scratch: Scratch): void {
  const found = match(part.kind === 'not' ? part.part : part, base, out, scratch);
  if (part.kind === 'not') subtract(out, found);
  else intersect(out, found);
  scratch.give(found);
}

function matchSet(documents: Uint32Array, base: number, mask: Uint32Array, scratch: Scratch): Uint32Array {
  const out = scratch.take();
  out.set(documents.subarray(base >>> 5, (base >>> 5) + out.length));
  intersect(out, mask);
  return out;
}

function matchWord({ load, leaf }: LeafPostings, base: number, mask: Uint32Array, scratch: Scratch): Uint32Array {
  const out = scratch.take();
  for (const postings of load()) addDocuments(postings, base, mask, leaf.isTitleOnly, scratch.block, out);
  intersect(out, mask);
  return out;
}

function matchPhrase(
  { alternatives, isTitleOnly }: Extract<Node, { kind: 'phrase' }>,
  base: number,
  mask: Uint32Array,
  scratch: Scratch,
): Uint32Array {
  const out = scratch.take();
  for (const words of alternatives) {
    if (words.some(({ count }) => count === 0)) continue;
    const both = scratch.take();
    both.set(mask);
    for (const word of [...words].sort((a, b) => a.count - b.count)) {
      const found = matchWord(word, base, both, scratch);
      both.set(found);
      scratch.give(found);
      if (isEmpty(both)) break;
    }
    if (!isEmpty(both)) {
      const postings = words.map((word) => word.load());
      const titleLengths = isTitleOnly ? (postings[0]?.[0]?.segment.columns.titleLengths ?? null) : null;
      keepPhrases(postings, base, both, titleLengths, scratch.block);
      unite(out, both);
    }
    scratch.give(both);
  }
  return out;
}
