import { resolveUrl } from '../addresses.ts';
import type { PodcastEpisode, PodcastPerson } from '../feed.ts';
import { attribute, elementsNamed, firstNamed, firstText, textOf, type XmlElement } from '../xml/element.ts';
import { shortText } from './draft.ts';

const MAX_TRANSCRIPTS = 20;
const MAX_PERSONS = 50;
const MAX_NAME_LENGTH = 200;
const MAX_TYPE_LENGTH = 100;
const MAX_LANGUAGE_LENGTH = 35;

/** The podcast namespace (podcastindex.org) and, where it says nothing, iTunes; null for what is no episode. */
export function readPodcast(item: XmlElement, baseUrl: string | null): PodcastEpisode | null {
  const episode: PodcastEpisode = {
    transcripts: transcriptsOf(item, baseUrl),
    chapters: chaptersOf(item, baseUrl),
    season: numberOf(/^\d{1,6}$/, firstText(item, 'podcast:season'), firstText(item, 'itunes:season')),
    episode: numberOf(/^\d{1,6}(?:\.\d{1,3})?$/, firstText(item, 'podcast:episode'), firstText(item, 'itunes:episode')),
    persons: personsOf(item, baseUrl),
    isExplicit: /^(?:yes|true|explicit)$/i.test(firstText(item, 'itunes:explicit', 'googleplay:explicit') ?? ''),
  };
  const isNumbered = episode.season !== null || episode.episode !== null;
  const hasMore = episode.transcripts.length > 0 || episode.chapters !== null || episode.persons.length > 0;
  return isNumbered || hasMore || episode.isExplicit ? episode : null;
}

function transcriptsOf(item: XmlElement, baseUrl: string | null): PodcastEpisode['transcripts'] {
  const byUrl = new Map<string, PodcastEpisode['transcripts'][number]>();
  for (const element of elementsNamed(item, 'podcast:transcript')) {
    const url = resolveUrl(attribute(element, 'url'), baseUrl);
    if (url === null || byUrl.has(url)) continue;
    const language = shortText(attribute(element, 'language'), MAX_LANGUAGE_LENGTH);
    byUrl.set(url, { url, type: typeOf(element), language });
    if (byUrl.size >= MAX_TRANSCRIPTS) break;
  }
  return [...byUrl.values()];
}

function chaptersOf(item: XmlElement, baseUrl: string | null): PodcastEpisode['chapters'] {
  const element = firstNamed(item, 'podcast:chapters');
  const url = element === null ? null : resolveUrl(attribute(element, 'url'), baseUrl);
  return element === null || url === null ? null : { url, type: typeOf(element) };
}

function personsOf(item: XmlElement, baseUrl: string | null): PodcastPerson[] {
  const persons = new Map<string, PodcastPerson>();
  for (const element of elementsNamed(item, 'podcast:person')) {
    const name = shortText(textOf(element), MAX_NAME_LENGTH);
    const role = shortText(attribute(element, 'role'), MAX_NAME_LENGTH);
    if (name === null || persons.has(`${name}\n${role}`)) continue;
    persons.set(`${name}\n${role}`, {
      name,
      role,
      url: resolveUrl(attribute(element, 'href'), baseUrl),
      imageUrl: resolveUrl(attribute(element, 'img'), baseUrl),
    });
    if (persons.size >= MAX_PERSONS) break;
  }
  return [...persons.values()];
}

function typeOf(element: XmlElement): string | null {
  return shortText(attribute(element, 'type'), MAX_TYPE_LENGTH);
}

/** The first text that has the shape. */
function numberOf(shape: RegExp, ...texts: (string | null)[]): number | null {
  const text = texts.find((candidate) => candidate !== null && shape.test(candidate)) ?? null;
  return text === null ? null : Number(text);
}
