/** What must hold of an entry, with names as numbers: the state of a search query as the database knows it. */
export type Condition =
  | { kind: 'feeds'; ids: number[] }
  | { kind: 'labels'; ids: number[] }
  | { kind: 'tags'; ids: number[] }
  /** Null: unknown. */
  | { kind: 'language'; language: string | null }
  | { kind: 'is'; state: 'unread' | 'read' | 'starred' }
  | { kind: 'has'; what: 'summary' | 'audio' }
  | { kind: 'after'; at: Date }
  | { kind: 'before'; at: Date }
  | { kind: 'and'; parts: Condition[] }
  | { kind: 'or'; parts: Condition[] }
  | { kind: 'not'; part: Condition };

/** The values of a statement that is put together; `add` answers the place of one. */
export interface Values {
  list: unknown[];
  add(value: unknown, type: string): string;
}

/** Values whose first is the reader, as `$1`. */
export function createValues(readerId: number): Values {
  const list: unknown[] = [readerId];
  return { list, add: (value, type) => `$${list.push(value)}::${type}` };
}

/**
 * Whether an entry `e` of the reader `$1` is read, also where a "mark all read" covers it and its row does not say so yet.
 * The feeds of which that may be are few, and mostly none: looked up for each entry they took 60 of 100 ms for 10,000.
 */
export const IS_READ = `(e.is_read or (
    e.feed_id = any(array(select u.feed_id from counters u where u.reader_id = $1 and not u.is_settled))
    and coalesce((select is_covered(e.revision, e.received_at, c.read_through, c.read_before)
      from counters c where c.reader_id = e.reader_id and c.feed_id = e.feed_id), false)))`;

/** A condition on the entry `e` of the reader `$1`. */
export function conditionSql(condition: Condition, values: Values): string {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return `(${condition.parts.map((part) => conditionSql(part, values)).join(` ${condition.kind} `)})`;
    case 'not':
      return `not ${conditionSql(condition.part, values)}`;
    case 'feeds':
      return `e.feed_id = any(${values.add(condition.ids, 'int[]')})`;
    case 'labels':
      return found(`entry_labels n where n.article_id = e.article_id and n.reader_id = $1
        and n.label_id = any(${values.add(condition.ids, 'int[]')})`);
    case 'tags':
      return found(`article_tags n where n.article_id = e.article_id
        and n.tag_id = any(${values.add(condition.ids, 'int[]')})`);
    case 'language':
      return found(`articles a where a.id = e.article_id
        and a.language is not distinct from ${values.add(condition.language, 'text')}`);
    case 'is':
      return condition.state === 'starred' ? 'e.is_starred' : `${condition.state === 'unread' ? 'not ' : ''}${IS_READ}`;
    case 'has':
      return condition.what === 'summary'
        ? found('article_summaries x where x.article_id = e.article_id')
        : found(`article_contents x where x.article_id = e.article_id and ${HAS_AUDIO}`);
    case 'after':
      return `e.sort_at >= ${values.add(condition.at, 'timestamptz')}`;
    default:
      return `e.sort_at < ${values.add(condition.at, 'timestamptz')}`;
  }
}

/** A look-up; of `exists` the planner makes a hash of a whole label for one page. */
function found(from: string): string {
  return `coalesce((select true from ${from} limit 1), false)`;
}

/** As the index on contents with audio says it. */
const HAS_AUDIO = `x.enclosures @@ '$[*].type starts with "audio/"'`;

/** The parts all of which must hold. */
export function conjuncts(condition: Condition | null): Condition[] {
  if (!condition) return [];
  return condition.kind === 'and' ? condition.parts.flatMap(conjuncts) : [condition];
}

/** All of these; null of none. */
export function allOf(conditions: readonly (Condition | null)[]): Condition | null {
  const parts = conditions.flatMap(conjuncts);
  return parts.length > 1 ? { kind: 'and', parts } : (parts[0] ?? null);
}
