/**
 * The CSS selectors that readers may write about a feed's pages: element names, `*`, `#id`, `.class`, `[attribute]` in all
 * its forms, descendants, `>` and lists. What makes finding slow on a hostile page (`~`, `+`, `:has`) is not among them.
 */

export interface SelectorTest {
  attribute: string;
  /** `~=` one of the words, `|=` this or this and a hyphen; null asks for the attribute alone. */
  operator: '=' | '~=' | '|=' | '^=' | '$=' | '*=' | null;
  value: string;
}

/** What one element must be, and how it hangs together with the one before it. */
export interface SelectorStep {
  /** A child of the one before, not any descendant. */
  isChild: boolean;
  /** Lower case; null for any. */
  name: string | null;
  tests: SelectorTest[];
}

/** The alternatives of a list, each a way from the outside in. */
export type Selector = SelectorStep[][];

export const MAX_SELECTOR_LENGTH = 200;
const MAX_STEPS = 8;
const IDENTIFIER = '-?[\\p{L}_][\\p{L}\\p{N}_-]*';
const PART = new RegExp(
  `(?:([.#])(${IDENTIFIER})|\\[\\s*(${IDENTIFIER})\\s*(?:([~|^$*]?=)\\s*(?:"([^"]*)"|'([^']*)'|(${IDENTIFIER}|\\d+))\\s*)?\\])`,
  'uy',
);
const NAME = new RegExp(`\\*|${IDENTIFIER}`, 'uy');
const BETWEEN = /\s*([>,])\s*|\s+/y;

/** Reads a selector; null where it is none of those above. Never throws. */
export function parseSelector(text: string): Selector | null {
  const source = text.trim();
  if (source === '' || source.length > MAX_SELECTOR_LENGTH) return null;
  const selector: Selector = [];
  let chain: SelectorStep[] = [];
  let isChild = false;
  let position = 0;
  for (;;) {
    const read = readStep(source, position, isChild);
    if (read === null || chain.length === MAX_STEPS) return null;
    chain.push(read.step);
    position = read.end;
    if (position === source.length) return [...selector, chain];
    const between = matchAt(BETWEEN, source, position);
    if (between === null) return null;
    position += between[0].length;
    isChild = between[1] === '>';
    if (between[1] !== ',') continue;
    selector.push(chain);
    chain = [];
  }
}

function readStep(source: string, start: number, isChild: boolean): { step: SelectorStep; end: number } | null {
  const name = matchAt(NAME, source, start)?.[0] ?? '';
  const tests: SelectorTest[] = [];
  let end = start + name.length;
  for (let part = matchAt(PART, source, end); part !== null; part = matchAt(PART, source, end)) {
    tests.push(testOf(part));
    end += part[0].length;
  }
  if (end === start) return null;
  return { step: { isChild, name: name === '' || name === '*' ? null : name.toLowerCase(), tests }, end };
}

function testOf([, mark, word = '', attribute, operator, double, single, plain]: RegExpExecArray): SelectorTest {
  if (mark === '#') return { attribute: 'id', operator: '=', value: word };
  if (mark === '.') return { attribute: 'class', operator: '~=', value: word };
  const value = double ?? single ?? plain ?? '';
  return {
    attribute: (attribute ?? '').toLowerCase(),
    operator: (operator as SelectorTest['operator'] | undefined) ?? null,
    value,
  };
}

function matchAt(pattern: RegExp, source: string, position: number): RegExpExecArray | null {
  // A copy, so that no state is kept between calls.
  const sticky = new RegExp(pattern);
  sticky.lastIndex = position;
  return sticky.exec(source);
}
