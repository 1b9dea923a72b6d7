import type { BodyOf, updateEntries } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { checkMayShare } from './sharing.ts';
import { eventsOfChanges, recordReading } from './statistics/recording.ts';
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
  reader: Reader,
  readerId: number,
  body: BodyOf<typeof updateEntries>,
): Promise<{ updated: number }> {
  const { addLabels = [], removeLabels = [] } = body;
  const named = await labels.namedLabels(tx, readerId, [...addLabels, ...removeLabels]);
  if (labels.meant(named).some(({ isShared }) => isShared)) {
    checkMayShare(reader);
    await labels.lockReaders(tx);
  }
  const revision = await counters.beginChange(tx);
  const story = await storyEntries(tx, readerId, [...new Set(body.ids.map(Number))]);
  const asked = story.filter(({ isAsked }) => isAsked);
  const change = { isRead: body.read ?? null, isStarred: body.starred ?? null, isHidden: body.hidden ?? null };
  const updated = await store.updateEntries(
    tx,
    readerId,
    story.map(({ id }) => id),
    change,
    revision,
  );
  // What came along with a story was not read by anybody.
  const askedIds = new Set(asked.map(({ id }) => id));
  await recordReading(tx, eventsOfChanges(updated.filter(({ id }) => askedIds.has(id))));
  const shown = [...new Set(asked.map(({ representativeId }) => representativeId))];
  if (shown.length > 0) {
    const added = addLabels.length > 0 ? await labels.ensureLabels(tx, readerId, addLabels) : [];
    await labels.addLabels(tx, readerId, idsOf(added, false), shown);
    await labels.labelForAll(tx, idsOf(added, true), shown, true);
    const removed = labels.meant(named).filter(({ name }) => removeLabels.includes(name));
    await labels.removeLabels(tx, readerId, idsOf(removed, false), shown);
    await labels.labelForAll(tx, idsOf(removed, true), shown, false);
  }
  return { updated: asked.length };
}

function idsOf(some: labels.NamedLabel[], areShared: boolean): number[] {
  return some.filter(({ isShared }) => isShared === areShared).map(({ id }) => id);
}
