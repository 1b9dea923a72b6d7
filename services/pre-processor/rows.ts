import type { ParsedItem } from '@alt/feeds';
import { detectLanguage } from '@alt/language/detection/detect.ts';
import { isPartial } from './extraction/partial.ts';
import type { IdentifiedItem } from './identities.ts';
import { clean, cleanOrNull, isoTime, shortHash } from './storable.ts';

const MAX_TITLE = 1_000;
const MAX_NAME = 300;
const MAX_URL = 4_096;
/**
 * The first characters are enough for 98 of 100 articles, and of 506 real ones only one was then told otherwise than by
 * more; more than the second number tells languages apart no better, and costs 0.1 ms an article and 300 characters.
 */
const LANGUAGE_SAMPLES = { first: 160, whole: 400 };
const SURE = 0.99;

/** An item as a row; what else it has is only passed on to the database. */
export interface Row {
  url: string | null;
  title: string;
  content_hash: string;
  text_hash: string;
  comment_count: number | undefined;
}

/** `mayBePartial`: its full text may be asked for unasked if the feed cuts it short. */
export function rowOf({ item, identity }: IdentifiedItem, mayBePartial: boolean): Row {
  const contentHtml = clean(item.contentHtml ?? item.summaryHtml ?? '');
  const text = clean(item.text);
  const content = {
    url: item.url === null ? null : clean(item.url, MAX_URL),
    title: titleOf(item),
    author: cleanOrNull(item.authors.join(', '), MAX_NAME),
    image_url: cleanOrNull(item.imageUrl, MAX_URL),
    comments_url: cleanOrNull(item.comments?.url ?? null, MAX_URL),
    content_html: contentHtml,
    enclosures: item.enclosures.map(cleanEnclosure),
    categories: item.categories.slice(0, 100).map((category) => clean(category, MAX_NAME)),
    details: detailsOf(item),
  };
  return {
    ...content,
    identity,
    // Not part of the hash: an article is not edited because its language is told apart better.
    language: languageOf(item, text),
    excerpt: clean(item.excerpt),
    text,
    published_at: isoTime(item.publishedAt),
    updated_at: isoTime(item.updatedAt),
    content_hash: shortHash(JSON.stringify(content)),
    text_hash: shortHash(JSON.stringify([content.title, text])),
    comment_count: item.comments?.count ?? undefined,
    is_partial: mayBePartial && isPartial(contentHtml, text, hintsOf(item)),
  } as Row;
}

function hintsOf({ url, title, enclosures }: ParsedItem) {
  return { url, title, hasMedia: enclosures.some(({ type }) => /^(audio|video)\//.test(type ?? '')) };
}

/** What the words say goes before what the feed says, which is often the default of some program. */
function languageOf(item: ParsedItem, text: string): string | null {
  const sample = `${item.title ?? ''}\n${text.slice(0, LANGUAGE_SAMPLES.whole)}`;
  const first = detectLanguage(sample.slice(0, LANGUAGE_SAMPLES.first));
  if (first.language !== null && first.confidence >= SURE) return first.language;
  return detectLanguage(sample).language ?? declaredLanguage(item.language);
}

function declaredLanguage(tag: string | null): string | null {
  const [primary = ''] = (tag ?? '').trim().toLowerCase().split(/[-_]/);
  return /^[a-z]{2,3}$/.test(primary) ? primary : null;
}

/** What namespaces say of the item. Undefined, which JSON leaves out, for most: they cost nothing and hash as ever. */
function detailsOf({ comments, inReplyTo, location, podcast }: ParsedItem): object | undefined {
  const known = { commentsFeedUrl: comments?.feedUrl ?? null, inReplyTo, location, podcast };
  if (Object.values(known).every((value) => value === null)) return undefined;
  return JSON.parse(JSON.stringify(known), (_key, value: unknown) =>
    typeof value === 'string' ? clean(value, MAX_URL) : value,
  );
}

function cleanEnclosure(enclosure: ParsedItem['enclosures'][number]) {
  return {
    ...enclosure,
    url: clean(enclosure.url, MAX_URL),
    type: cleanOrNull(enclosure.type, MAX_NAME),
    title: cleanOrNull(enclosure.title, MAX_TITLE),
  };
}

/** An article without a title is named by the beginning of its text, else by its address. */
function titleOf(item: ParsedItem): string {
  const title = clean(item.title ?? '', MAX_TITLE).trim();
  if (title) return title;
  const text = clean(item.text).replace(/\s+/g, ' ').trim();
  if (text.length > 100) return `${text.slice(0, 99).replace(/\s+\S*$/, '')}…`.toWellFormed();
  return text || clean(item.url ?? '', MAX_TITLE) || 'Untitled';
}
