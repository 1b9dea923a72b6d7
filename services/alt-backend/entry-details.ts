import type { FullEntry } from '@alt/contracts';
import type { ImageAddresses } from './image-address.ts';
import type { EntryContent } from './store/entries.ts';

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
