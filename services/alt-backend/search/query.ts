import {
  type Awaited,
  type ParsedQuery,
  Problem,
  type ProblemCode,
  parseQuery,
  type QueryError,
  readRuleQuery,
  type SearchQuery,
  splitQuery,
  type TextQuery,
} from '@alt/contracts';
import { allOf, type Condition } from '../store/conditions.ts';
import { type EngineQuestion, narrowScope } from './engine.ts';
import type { Names } from './resolving.ts';

/** A way to fulfil a query: what the engine finds, and what the database finds of it. */
export interface Case {
  text: TextQuery | null;
  condition: Condition | null;
  /** What of the condition the engine does not see to: what it finds need fulfil no more. */
  unscoped: Condition | null;
  scope: EngineQuestion['scope'];
}

export interface PreparedQuery {
  cases: Case[];
  mode: 'rank' | 'filter';
}

/** Understands a query; a mistake in it is a Problem that says where it is and what to do. */
export function readQuery(text: string, code: ProblemCode = 'invalid-query'): SearchQuery {
  const { query, errors }: ParsedQuery = parseQuery(text);
  if (!query) throw queryProblem(code, errors[0]);
  if (!splitQuery(query.root)) throw queryProblem(code, { ...TOO_MANY_CASES, end: text.length });
  return query;
}

const TOO_MANY_CASES: QueryError = {
  code: 'too-complex',
  start: 0,
  end: 0,
  message: 'Combine fewer words and states by OR.',
};

/** Understands the query of a rule, which may not ask everything; answers what has to be there before it can act. */
export function checkRuleQuery(text: string, code: ProblemCode): Awaited[] {
  readQuery(text, code);
  const { rule, error } = readRuleQuery(text);
  if (!rule) throw queryProblem(code, error);
  return rule.awaits;
}

function queryProblem(code: ProblemCode, error: QueryError): Problem {
  return new Problem(code, `The query is not understood at character ${error.start + 1}. ${error.message}`, {
    extra: { errors: [{ path: code === 'invalid-query' ? 'q' : 'query', message: error.message }], query: error },
  });
}

/**
 * A query as the engine and the database take it, in the terms of this reader. `filter` holds besides. Only a search
 * ranks plain words; everywhere else all of them are required.
 */
export async function prepareQuery(
  names: Names,
  query: SearchQuery,
  { filter = null, isRanked = false }: { filter?: Condition | null; isRanked?: boolean } = {},
): Promise<PreparedQuery> {
  const feedIds = await names.seenFeedIds();
  const cases: Case[] = [];
  for (const { text, state } of splitQuery(query.root) ?? []) {
    const condition = allOf([state && (await names.resolve(state)), filter]);
    cases.push({ text, condition, ...narrowScope(feedIds, condition) });
  }
  return { cases, mode: isRanked && query.isPlain ? 'rank' : 'filter' };
}
