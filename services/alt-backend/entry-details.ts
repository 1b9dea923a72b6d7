import type { FullEntry } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import type { ImageAddresses } from '@alt/feeds/html/image-address.ts';
import type { EntryContent } from './store/entries.ts';
import { tagProgress } from './store/tags.ts';

/** What the feed says of an article in its namespaces, as the API gives it: pictures through Alt. */
export function presentDetails(
  { commentsUrl, commentCount, details }: EntryContent,
  images: ImageAddresses,
): Pick<FullEntry, 'comments' | 'inReplyToUrl' | 'location' | 'podcast'> {
  const comments = { url: commentsUrl, feedUrl: details?.commentsFeedUrl ?? null, count: commentCount };
  const podcast = details?.podcast ?? null;
  return {
    comments: Object.values(comments).every((value) => value === null) ? null : comments,
    inReplyToUrl: details?.inReplyTo?.url ?? null,
    location: details?.location ?? null,
    podcast: podcast && {
      ...podcast,
      persons: podcast.persons.map((person) => ({
        ...person,
        imageUrl: person.imageUrl && images.address(person.imageUrl),
      })),
    },
  };
}

const WHY_NO_TAGS = {
  failed: 'Tags could not be made for this article.',
  'no-tags': 'There are no tags for this article.',
} as const;

/** Whether the tags of an article are there, come yet, or why there are none. What went wrong stays in the stage's row. */
export async function taggingOf(tx: Queryable, id: number, tags: readonly string[]): Promise<FullEntry['tagging']> {
  if (tags.length > 0) return { state: 'ready', code: null, reason: null };
  const { state, isPending } = await tagProgress(tx, id);
  if (isPending) return { state: 'pending', code: null, reason: null };
  if (state === 'parked') return { state: 'failed', code: 'failed', reason: WHY_NO_TAGS.failed };
  return { state: 'none', code: 'no-tags', reason: WHY_NO_TAGS['no-tags'] };
}
