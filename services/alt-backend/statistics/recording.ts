import type { SearchNode } from '@alt/contracts';
import { type Queryable, statement } from '@alt/database';

export type ReadingKind =
  | 'opened'
  | 'spent'
  | 'read'
  | 'unread'
  | 'starred'
  | 'unstarred'
  | 'summary'
  | 'shared'
  | 'searched'
  | 'cleared';

/** Something that a reader did: no article, no words, no address. */
export interface ReadingEvent {
  kind: ReadingKind;
  feedId?: number | null;
  /** How many entries, or 1. */
  amount?: number;
  /** Spent, or saved by a summary. */
  seconds?: number;
  detail?: { length: number; operators: string[]; results: number; tookMs: number };
  /** When a client says it happened; a day ago at most. */
  at?: string;
}

const callRecord = statement<{ recorded: number }>('record_reading', 'select record_reading($1) as recorded');

/**
 * Writes events of the transaction's reader, in it: they are there if what they tell is. The database writes nothing for whom
 * statistics are switched off. Answers how many were written.
 */
export async function recordReading(tx: Queryable, events: readonly ReadingEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  return (await tx.one(callRecord, [JSON.stringify(events)]))?.recorded ?? 0;
}

/** What an update made of an entry. */
export interface StateChange {
  feedId: number;
  wasRead: boolean;
  isRead: boolean;
  wasStarred: boolean;
  isStarred: boolean;
}

/** One event for each feed and kind of change, however many entries changed. */
export function eventsOfChanges(changes: readonly StateChange[]): ReadingEvent[] {
  const counts = new Map<string, { kind: ReadingKind; feedId: number; amount: number }>();
  const count = (kind: ReadingKind, feedId: number) => {
    const key = `${kind}/${feedId}`;
    const event = counts.get(key) ?? { kind, feedId, amount: 0 };
    event.amount += 1;
    counts.set(key, event);
  };
  for (const { feedId, wasRead, isRead, wasStarred, isStarred } of changes) {
    if (wasRead !== isRead) count(isRead ? 'read' : 'unread', feedId);
    if (wasStarred !== isStarred) count(isStarred ? 'starred' : 'unstarred', feedId);
  }
  return [...counts.values()];
}

/** What is kept of a search: how long the query was and what it was made of, none of its words. */
export function searchEvent(query: string, root: SearchNode, results: number, tookMs: number): ReadingEvent {
  return {
    kind: 'searched',
    detail: { length: query.length, operators: [...new Set(operatorsOf(root))].sort(), results, tookMs },
  };
}

function operatorsOf(node: SearchNode): string[] {
  switch (node.kind) {
    case 'and':
      return node.parts.flatMap(operatorsOf);
    case 'or':
      return ['or', ...node.parts.flatMap(operatorsOf)];
    case 'not':
      return ['not', ...operatorsOf(node.part)];
    case 'word':
      return [];
    default:
      return [node.kind];
  }
}
