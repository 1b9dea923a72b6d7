import { parseQuery } from './parse.ts';
import type { ParsedQuery, QueryError, SearchNode } from './query.ts';

/** What of an article is known only some time after it arrived. */
export type Awaited = 'tags' | 'summary';

export interface RuleQuery {
  root: SearchNode;
  awaits: Awaited[];
}

/**
 * Reads the query of a rule. A rule judges an article as it arrives, when it is unread, without star and label: to ask for
 * these is a mistake. Never throws.
 */
export function readRuleQuery(text: string): { rule: RuleQuery; error: null } | { rule: null; error: QueryError } {
  const { query, errors }: ParsedQuery = parseQuery(text);
  if (!query) return { rule: null, error: errors[0] };
  const leaves = leavesOf(query.root);
  const state = leaves.find(({ kind }) => kind === 'is' || kind === 'label');
  if (state) return { rule: null, error: mistakeOf(state.kind as 'is' | 'label', text) };
  const awaits: Awaited[] = [];
  if (leaves.some((leaf) => leaf.kind === 'has' && leaf.what === 'summary')) awaits.push('summary');
  if (leaves.some(({ kind }) => kind === 'tag')) awaits.push('tags');
  return { rule: { root: query.root, awaits }, error: null };
}

function leavesOf(node: SearchNode): SearchNode[] {
  if (node.kind === 'and' || node.kind === 'or') return node.parts.flatMap(leavesOf);
  return node.kind === 'not' ? leavesOf(node.part) : [node];
}

const SENTENCES = {
  is: 'Leave out "is:": a rule looks at articles as they arrive, when all are unread and none is starred.',
  label: 'Leave out "label:": a rule looks at articles as they arrive, before they have labels.',
};

/** The tree does not say where its parts stood, so the place is that of the first one that looks so. */
function mistakeOf(kind: keyof typeof SENTENCES, text: string): QueryError {
  const found = new RegExp(`(?<=^|[\\s(-])${kind}:\\S*`, 'i').exec(text);
  const start = found?.index ?? 0;
  const end = found ? start + found[0].length : text.length;
  return { code: 'unknown-value', start, end, message: SENTENCES[kind] };
}
