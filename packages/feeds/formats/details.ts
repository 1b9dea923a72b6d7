import { resolveUrl } from '../addresses.ts';
import type { ItemDetails } from '../feed.ts';
import { attribute, firstNamed, type XmlElement } from '../xml/element.ts';
import { readComments } from './comments.ts';
import { shortText } from './draft.ts';
import { readLocation } from './location.ts';
import { readPodcast } from './podcast.ts';

/** JSON Feed has nothing of the kind. */
export const NO_DETAILS: ItemDetails = { comments: null, inReplyTo: null, location: null, podcast: null };

/** What the namespaces for comments, threads, places and podcasts say of an item, in RSS as in Atom. */
export function readDetails(item: XmlElement, baseUrl: string | null): ItemDetails {
  return {
    comments: readComments(item, baseUrl),
    inReplyTo: readReference(item, baseUrl),
    location: speaks(item, PLACE_NAMES) ? readLocation(item) : null,
    podcast: speaks(item, EPISODE_NAMES) ? readPodcast(item, baseUrl) : null,
  };
}

const PLACE_NAMES = /^(?:geo|georss|gml|media:location)(?::|$)/;
const EPISODE_NAMES = /^(?:podcast|itunes|googleplay):/;

/** Most items say nothing of the kind: one pass over their elements instead of one for each name. */
function speaks(item: XmlElement, names: RegExp): boolean {
  return item.children.some((child) => typeof child !== 'string' && names.test(child.name));
}

/** RFC 4685 §3: `ref` is the id of what is answered, `href` where it can be read. */
function readReference(item: XmlElement, baseUrl: string | null): ItemDetails['inReplyTo'] {
  const element = firstNamed(item, 'thr:in-reply-to');
  if (element === null) return null;
  const guid = shortText(attribute(element, 'ref'), MAX_GUID_LENGTH);
  const url = resolveUrl(attribute(element, 'href'), baseUrl);
  return guid === null && url === null ? null : { guid, url };
}

const MAX_GUID_LENGTH = 1_000;
