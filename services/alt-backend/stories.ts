import type { BodyOf, updateEntries } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import * as counters from './store/counters.ts';
import * as store from './store/entries.ts';
import * as labels from './store/labels.ts';
import { storyEntries } from './store/stories.ts';

/**
 * Changes entries: reading, starring and hiding are of the whole story; labels go to the entry that is in lists. Counts the
 * entries that were asked for, not those that came along.
 */
export async function changeEntries(
  tx: Queryable,
  readerId: number,
  body: BodyOf<typeof updateEntries>,
): Promise<{ updated: number }> {
  const revision = await counters.beginChange(tx);
  const story = await storyEntries(tx, readerId, [...new Set(body.ids.map(Number))]);
  const asked = story.filter(({ isAsked }) => isAsked);
  const change = { isRead: body.read ?? null, isStarred: body.starred ?? null, isHidden: body.hidden ?? null };
  await store.updateEntries(
    tx,
    readerId,
    story.map(({ id }) => id),
    change,
    revision,
  );
  const shown = [...new Set(asked.map(({ representativeId }) => representativeId))];
  if (body.addLabels?.length && shown.length > 0) {
    await labels.addLabels(tx, readerId, await labels.ensureLabels(tx, readerId, body.addLabels), shown);
  }
  if (body.removeLabels?.length) {
    await labels.removeLabels(tx, readerId, await labels.labelIds(tx, readerId, body.removeLabels), shown);
  }
  return { updated: asked.length };
}
