import { resolveUrl } from '@alt/feeds/addresses.ts';
import { parseDate } from '@alt/feeds/dates/parse-date.ts';
import { type JsonLdArticle, readJsonLd } from './json-ld.ts';
import { type PageDocument, type PageElement, plainText } from './tree.ts';

/** What a page says about its article. */
export interface PageDetails {
  title: string | null;
  byline: string | null;
  /** RFC 3339, UTC. */
  publishedAt: string | null;
  imageUrl: string | null;
  siteName: string | null;
  /** A BCP 47 tag, as the page declares it; pages lie. */
  language: string | null;
  /** The address that the page calls its own; of any host. */
  canonicalUrl: string | null;
}

/** What Readability found while it read the page; it knows many ways to write a title and a name. */
export interface FoundDetails {
  title?: string | null | undefined;
  byline?: string | null | undefined;
  siteName?: string | null | undefined;
  publishedTime?: string | null | undefined;
}

export interface PageFacts {
  details: PageDetails;
  /** False where the page says that its text is for subscribers. */
  isFree: boolean;
  isAmp: boolean;
  ampUrl: string | null;
}

const MAX_TITLE = 500;
const MAX_NAME = 300;
const PUBLISHED = [
  'article:published_time',
  'datepublished',
  'date',
  'dc.date.issued',
  'dc.date',
  'dcterms.created',
  'parsely-pub-date',
  'sailthru.date',
  'pubdate',
  'publish-date',
  'og:published_time',
];

/** Everything that must be read before Readability takes the page apart. */
export interface PageHead {
  metas: ReadonlyMap<string, string>;
  links: { relations: string[]; href: string }[];
  jsonLd: JsonLdArticle | null;
  timeOf: string | null;
  language: string | null;
  isAmp: boolean;
  baseUrl: string;
}

/** Reads what stands in the head of a page and in its microdata. `url` is where the page came from. */
export function readHead(document: PageDocument, url: string): PageHead {
  const metas = new Map<string, string>();
  for (const meta of document.getElementsByTagName('meta')) {
    const content = meta.getAttribute('content')?.trim() ?? '';
    const names = meta.getAttribute('property') ?? meta.getAttribute('name') ?? meta.getAttribute('itemprop') ?? '';
    for (const name of names.toLowerCase().split(/\s+/))
      if (name && content && !metas.has(name)) metas.set(name, content);
  }
  const base = document.head.getElementsByTagName('base').find((element) => element.getAttribute('href'));
  const root = document.documentElement;
  return {
    metas,
    links: document.head.getElementsByTagName('link').map((link) => ({
      relations: (link.getAttribute('rel') ?? '').toLowerCase().split(/\s+/),
      href: link.getAttribute('href') ?? '',
    })),
    jsonLd: readJsonLd(document),
    timeOf: publishedTime(document),
    language: languageTag(root.getAttribute('lang') ?? metas.get('og:locale') ?? metas.get('content-language')),
    isAmp: root.getAttribute('amp') !== undefined,
    baseUrl: resolveUrl(base?.getAttribute('href') ?? null, url) ?? url,
  };
}

/** Puts together what the head says and what Readability found. */
export function pageFacts(head: PageHead, found: FoundDetails, url: string): PageFacts {
  const { metas, jsonLd, baseUrl } = head;
  const published = [
    ...PUBLISHED.map((name) => metas.get(name)),
    jsonLd?.publishedAt,
    head.timeOf,
    found.publishedTime,
  ];
  const image = metas.get('og:image') ?? metas.get('og:image:url') ?? metas.get('twitter:image') ?? jsonLd?.imageUrl;
  return {
    details: {
      title: words(found.title ?? jsonLd?.headline ?? metas.get('og:title'), MAX_TITLE),
      byline: bylineOf(found.byline) ?? words(jsonLd?.author, MAX_NAME),
      publishedAt: firstDate(published),
      imageUrl: resolveUrl(image ?? linkOf(head, 'image_src'), baseUrl),
      siteName: words(found.siteName ?? metas.get('og:site_name') ?? jsonLd?.publisher, MAX_NAME),
      language: head.language,
      canonicalUrl: canonicalOf(head, url),
    },
    isFree: jsonLd?.isFree ?? true,
    isAmp: head.isAmp,
    ampUrl: resolveUrl(linkOf(head, 'amphtml'), baseUrl),
  };
}

export function linkOf({ links }: PageHead, relation: string): string | null {
  return links.find(({ relations, href }) => href !== '' && relations.includes(relation))?.href ?? null;
}

/** Sites that call their front page the canonical address of every article are mistaken. */
function canonicalOf(head: PageHead, url: string): string | null {
  const address = resolveUrl(linkOf(head, 'canonical') ?? head.metas.get('og:url') ?? null, head.baseUrl);
  if (address === null) return null;
  const isFront = (page: string) => (URL.parse(page)?.pathname ?? '/') === '/' && !URL.parse(page)?.search;
  return isFront(address) && !isFront(url) ? null : address;
}

/** The first moment that microdata or HTML marks as the time of publication. */
function publishedTime(document: PageDocument): string | null {
  const isMarked = (element: PageElement) =>
    /\bdatePublished\b/.test(element.getAttribute('itemprop') ?? '') || element.getAttribute('pubdate') !== undefined;
  const times = document.getElementsByTagName('time');
  const marked = times.find(isMarked) ?? (times.length === 1 ? times[0] : undefined);
  return marked?.getAttribute('datetime') ?? null;
}

function firstDate(values: readonly (string | null | undefined)[]): string | null {
  for (const value of values) {
    const date = parseDate(value ?? null);
    if (date !== null && date.getTime() > 0 && date.getTime() < Date.UTC(2100, 0, 1)) return date.toISOString();
  }
  return null;
}

function bylineOf(text: string | null | undefined): string | null {
  const byline = words(text?.replace(/^\s*(?:(?:written )?by|von|par|por|di|door|автор:?)\s+/i, ''), MAX_NAME);
  return byline !== null && /\p{L}/u.test(byline) && !/^https?:/.test(byline) ? byline : null;
}

function languageTag(text: string | undefined): string | null {
  const tag = text?.trim().replace('_', '-') ?? '';
  return /^[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}$/i.test(tag) ? tag : null;
}

function words(text: string | null | undefined, maximum: number): string | null {
  const cleaned = (text ?? '').replaceAll('\0', '').replace(/\s+/g, ' ').trim().slice(0, maximum).toWellFormed();
  return cleaned || null;
}

/** What the page says its name is, for comparing pages of one article. */
export function pageTitle(document: PageDocument, { metas }: PageHead): string {
  const heading = document.getElementsByTagName('h1')[0];
  return metas.get('og:title') || (heading ? plainText(heading) : '') || document.title;
}
