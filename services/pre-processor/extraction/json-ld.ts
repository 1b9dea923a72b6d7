import type { PageDocument } from './tree.ts';

/** What a page says of its article in JSON-LD (schema.org). */
export interface JsonLdArticle {
  headline: string | null;
  author: string | null;
  publisher: string | null;
  publishedAt: string | null;
  imageUrl: string | null;
  /** False where the page says that its text is for subscribers. */
  isFree: boolean;
}

const ARTICLE = /^(?:(?:\w*Article|\w*Posting|Report|Review|Recipe|WebPage|CreativeWork))$/;
const MAX_SCRIPTS = 20;
const MAX_LENGTH = 200_000;
const MAX_OBJECTS = 500;

type JsonObject = Readonly<Record<string, unknown>>;

/** The article that the page describes, the most telling description first; null without one. Never throws. */
export function readJsonLd(document: PageDocument): JsonLdArticle | null {
  const objects: JsonObject[] = [];
  for (const script of document.head.getElementsByTagName('script').slice(0, MAX_SCRIPTS)) {
    const text = script.textContent.trim().replace(/^<!\[CDATA\[|\]\]>$/g, '');
    if (text.length <= MAX_LENGTH) collect(parsed(text), objects, 0);
  }
  const [article] = objects
    .filter((object) => typesOf(object).some((type) => ARTICLE.test(type)))
    .sort((a, b) => rank(b) - rank(a));
  if (article === undefined) return null;
  return {
    headline: textOf(article.headline) ?? textOf(article.name),
    author: namesOf(article.author ?? article.creator),
    publisher: namesOf(article.publisher),
    publishedAt: textOf(article.datePublished) ?? textOf(article.dateCreated),
    imageUrl: addressOf(article.image) ?? addressOf(article.thumbnailUrl),
    isFree: !objects.some(({ isAccessibleForFree }) => /^false$/i.test(String(isAccessibleForFree))),
  };
}

function parsed(text: string): unknown {
  // Beyond this the parser's recursion is at stake, and nobody nests so deep in earnest.
  if ((text.match(/[[{]/g)?.length ?? 0) > 10_000) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function collect(value: unknown, objects: JsonObject[], depth: number): void {
  if (depth > 4 || objects.length > MAX_OBJECTS || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) collect(item, objects, depth + 1);
    return;
  }
  const object = value as JsonObject;
  objects.push(object);
  collect(object['@graph'], objects, depth + 1);
  collect(object.mainEntity, objects, depth + 1);
}

function typesOf(object: JsonObject): string[] {
  const type = object['@type'];
  return (Array.isArray(type) ? type : [type]).map(String);
}

function rank(object: JsonObject): number {
  const isPage = typesOf(object).some((type) => type === 'WebPage' || type === 'CreativeWork');
  return (isPage ? 0 : 4) + (object.datePublished ? 2 : 0) + (object.author ? 1 : 0);
}

function textOf(value: unknown): string | null {
  if (Array.isArray(value)) return textOf(value[0]);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function namesOf(value: unknown): string | null {
  const people = (Array.isArray(value) ? value : [value]).slice(0, 10);
  const names = people.map((person) =>
    typeof person === 'object' && person !== null ? textOf((person as JsonObject).name) : textOf(person),
  );
  return names.filter((name) => name !== null && !/^https?:/.test(name)).join(', ') || null;
}

function addressOf(value: unknown): string | null {
  if (Array.isArray(value)) return addressOf(value[0]);
  if (typeof value === 'object' && value !== null) return textOf((value as JsonObject).url);
  return textOf(value);
}
