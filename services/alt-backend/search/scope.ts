import type { QueryOf, search } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import { resolveFeeds } from '../listed-feeds.ts';
import { allOf, type Condition } from '../store/conditions.ts';
import { tagIds } from '../store/tags.ts';

export type Scope = Pick<QueryOf<typeof search>, 'subscription' | 'folder' | 'feed' | 'tag' | 'language' | 'day'>;

const DAY_MS = 86_400_000;

/** What must hold beside the query: any of each that is given. An id that is not the reader's finds nothing. */
export async function scopeCondition(tx: Queryable, readerId: number, scope: Scope): Promise<Condition | null> {
  const placed = await resolveFeeds(tx, readerId, scope.subscription.map(Number), scope.folder.map(Number));
  return allOf([
    placed && { kind: 'feeds', ids: placed },
    scope.feed.length > 0 ? { kind: 'feeds', ids: scope.feed.map(Number) } : null,
    scope.tag.length > 0 ? { kind: 'tags', ids: await tagIds(tx, scope.tag) } : null,
    anyOf(scope.language.map((language) => ({ kind: 'language', language: language === 'und' ? null : language }))),
    anyOf(scope.day.map(dayCondition)),
  ]);
}

function anyOf(parts: Condition[]): Condition | null {
  return parts.length > 1 ? { kind: 'or', parts } : (parts[0] ?? null);
}

/** A day in UTC, as facets count it. */
function dayCondition(day: string): Condition {
  const at = new Date(`${day}T00:00:00Z`);
  const next = new Date(at.getTime() + DAY_MS);
  return {
    kind: 'and',
    parts: [
      { kind: 'after', at },
      { kind: 'before', at: next },
    ],
  };
}
