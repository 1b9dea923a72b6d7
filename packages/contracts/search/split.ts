import type { SearchNode, StateLeaf, StateNode, TextLeaf, TextQuery } from './query.ts';

/** One way to fulfil a query: both parts, each null where it asks for nothing. */
export interface QueryCase {
  text: TextQuery | null;
  state: StateNode | null;
}

/** More ways than this are more work than a query is worth. */
const CASES_MAXIMUM = 16;

/**
 * A query as cases, any of which must hold, each with a part for the engine and a part for the database. One case for
 * most queries; more only where text and state stand on two sides of an OR. Null where there would be too many.
 */
export function splitQuery(root: SearchNode): QueryCase[] | null {
  return casesOf(root, false);
}

function casesOf(node: SearchNode, isNegated: boolean): QueryCase[] | null {
  const whole = isText(node) ? { text: toText(node), state: null } : isState(node) ? { text: null, state: node } : null;
  if (whole) return [isNegated ? negate(whole) : whole];
  if (node.kind === 'not') return casesOf(node.part, !isNegated);
  if (node.kind !== 'and' && node.kind !== 'or') return null;
  const cases = byKind(node.kind, node.parts).map((part) => casesOf(part, isNegated));
  if (cases.some((list) => list === null)) return null;
  const lists = cases as QueryCase[][];
  const isProduct = (node.kind === 'and') !== isNegated;
  const count = lists.reduce((sum, { length }) => (isProduct ? sum * length : sum + length), isProduct ? 1 : 0);
  if (count > CASES_MAXIMUM) return null;
  return isProduct ? lists.reduce(multiply) : lists.flat();
}

function negate({ text, state }: QueryCase): QueryCase {
  return { text: text && { kind: 'not', part: text }, state: state && { kind: 'not', part: state } };
}

/** All parts of text as one, all parts of state as one, and the others. */
function byKind(kind: 'and' | 'or', parts: SearchNode[]): SearchNode[] {
  const texts = parts.filter(isText);
  const states = parts.filter((part) => isState(part));
  const rest = parts.filter((part) => !isText(part) && !isState(part));
  return [...join(kind, texts), ...join(kind, states), ...rest];
}

function join(kind: 'and' | 'or', parts: SearchNode[]): SearchNode[] {
  return parts.length > 1 ? [{ kind, parts }] : parts;
}

function multiply(left: QueryCase[], right: QueryCase[]): QueryCase[] {
  return left.flatMap((a) => right.map((b) => ({ text: both(a.text, b.text), state: both(a.state, b.state) })));
}

function both<Node extends TextQuery | StateNode>(left: Node | null, right: Node | null): Node | null {
  if (!left || !right) return left ?? right;
  const parts = [left, right].flatMap((node): (TextQuery | StateNode)[] => (node.kind === 'and' ? node.parts : [node]));
  return { kind: 'and', parts } as Node;
}

function isText(node: SearchNode): boolean {
  if (node.kind === 'and' || node.kind === 'or') return node.parts.every(isText);
  return node.kind === 'not' ? isText(node.part) : isTextLeaf(node);
}

function isState(node: SearchNode): node is StateNode {
  if (node.kind === 'and' || node.kind === 'or') return node.parts.every(isState);
  return node.kind === 'not' ? isState(node.part) : !isTextLeaf(node);
}

function isTextLeaf(leaf: TextLeaf | StateLeaf): leaf is TextLeaf {
  return leaf.kind === 'word' || leaf.kind === 'phrase';
}

/** Of a node that has leaves of text alone. */
function toText(node: SearchNode): TextQuery {
  if (node.kind === 'and' || node.kind === 'or') return { kind: node.kind, parts: node.parts.map(toText) };
  if (node.kind === 'not') return { kind: 'not', part: toText(node.part) };
  if (node.kind === 'phrase') return node;
  if (node.kind !== 'word') throw new Error(`${node.kind} is no text`);
  const { isPrefix, ...word } = node;
  return isPrefix ? { ...word, isPrefix } : word;
}
