import { parseSelector, type SelectorStep, type SelectorTest } from '@alt/contracts/selectors.ts';
import type { PageDocument, PageElement } from './tree.ts';

/** What a feed's readers say of its pages: the elements that are the article, and those that are none of it. */
export interface SelectorRules {
  keep: readonly string[];
  drop: readonly string[];
}

/** How many elements each selector found. */
export interface Matches {
  keep: number[];
  drop: number[];
}

/**
 * Applies rules to a page: takes out what is to be dropped, and leaves in the body only what is to be kept, if any of it
 * is there. Linear in page and rules.
 */
export function applySelectors({ body }: PageDocument, rules: SelectorRules): Matches {
  const dropped = rules.drop.map((selector) => findAll(body, selector));
  for (const element of new Set(dropped.flat())) if (element.parentNode !== null) element.remove();
  const kept = rules.keep.map((selector) => findAll(body, selector));
  const wanted = new Set(kept.flat());
  if (wanted.size > 0) {
    const outermost = [...wanted].filter((element) => !hasAncestorIn(element, wanted));
    // What is kept may be a paragraph or a row: it is its own article, whatever stood around it.
    body.innerHTML = outermost.map((element) => `<div>${element.innerHTML}</div>`).join('');
  }
  return { keep: kept.map(({ length }) => length), drop: dropped.map(({ length }) => length) };
}

/** All elements that a selector finds, in document order; none for one that nobody can read. */
function findAll(root: PageElement, text: string): PageElement[] {
  const found = new Set<PageElement>();
  for (const chain of parseSelector(text) ?? []) walk(root, chain, new Set([0]), found);
  return [...found];
}

/** `open`: the steps that an element here may be, because its ancestors were those before them. */
function walk(parent: PageElement, chain: SelectorStep[], open: ReadonlySet<number>, found: Set<PageElement>): void {
  for (const element of parent.children) {
    const inside = new Set<number>();
    for (const index of open) {
      const step = chain[index];
      if (step === undefined) continue;
      if (!step.isChild) inside.add(index);
      if (!fits(element, step)) continue;
      if (index === chain.length - 1) found.add(element);
      else inside.add(index + 1);
    }
    walk(element, chain, inside, found);
  }
}

function fits(element: PageElement, { name, tests }: SelectorStep): boolean {
  if (name !== null && element.tagName.toLowerCase() !== name) return false;
  return tests.every((test) => passes(element.getAttribute(test.attribute), test));
}

function passes(actual: string | undefined, { operator, value }: SelectorTest): boolean {
  if (actual === undefined || (value === '' && operator !== '=' && operator !== null)) return false;
  switch (operator) {
    case '=':
      return actual === value;
    case '~=':
      return actual.split(/\s+/).includes(value);
    case '|=':
      return actual === value || actual.startsWith(`${value}-`);
    case '^=':
      return actual.startsWith(value);
    case '$=':
      return actual.endsWith(value);
    case '*=':
      return actual.includes(value);
    default:
      return true;
  }
}

function hasAncestorIn(element: PageElement, set: ReadonlySet<PageElement>): boolean {
  for (let parent = element.parentNode; parent !== null; parent = parent.parentNode) if (set.has(parent)) return true;
  return false;
}
