import { encodeLegacy } from '../encoding.ts';
import type { FeedFormat } from '../sites.ts';
import { writeAtom03, writeAtom10 } from './atom.ts';
import type { FeedDocument } from './document.ts';
import { writeJsonFeed } from './json.ts';
import { writeRdf } from './rdf.ts';
import { writeRss20, writeRss091 } from './rss.ts';

/** The bytes of a feed as its site serves them: in its format and encoding, and with its fault if it has one. */
export function writeFeed(feed: FeedDocument): { bytes: Uint8Array; contentType: string } {
  const { format, behaviour, encoding } = feed.definition;
  const { write, mediaType } = writers[format];
  const text = write(feed);
  if (encoding !== undefined) {
    return { bytes: encodeLegacy(text, encoding), contentType: `${mediaType}; charset=${encoding}` };
  }
  const contentType = `${mediaType}; charset=utf-8`;
  if (behaviour === 'lying-encoding') return { bytes: encodeLegacy(text, 'windows-1251'), contentType };
  // The first ampersand of the document is the one in the channel's title.
  if (behaviour === 'malformed') return { bytes: Buffer.from(text.replace('&amp;', '&')), contentType };
  return { bytes: Buffer.from(text), contentType };
}

export const feedMediaTypes: Record<FeedFormat, string> = {
  'rss-2.0': 'application/rss+xml',
  'rss-0.91': 'application/rss+xml',
  'rss-1.0': 'application/rdf+xml',
  'atom-1.0': 'application/atom+xml',
  'atom-0.3': 'application/atom+xml',
  'json-1.1': 'application/feed+json',
};

const writers: Record<FeedFormat, { write: (feed: FeedDocument) => string; mediaType: string }> = {
  'rss-2.0': { write: writeRss20, mediaType: feedMediaTypes['rss-2.0'] },
  'rss-0.91': { write: writeRss091, mediaType: 'text/xml' },
  'rss-1.0': { write: writeRdf, mediaType: feedMediaTypes['rss-1.0'] },
  'atom-1.0': { write: writeAtom10, mediaType: feedMediaTypes['atom-1.0'] },
  'atom-0.3': { write: writeAtom03, mediaType: 'application/xml' },
  'json-1.1': { write: writeJsonFeed, mediaType: feedMediaTypes['json-1.1'] },
};
