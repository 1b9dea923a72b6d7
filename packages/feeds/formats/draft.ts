import type { ItemDetails, ParsedEnclosure, ParsedItem } from '../feed.ts';
import { cleanHtml } from '../html/clean.ts';
import type { CleanHtml } from '../html/writer.ts';
import { excerptOf } from '../text/excerpt.ts';
import { escapeText } from '../xml/markup.ts';

/** An item as a format gives it: addresses absolute, markup not yet cleaned. */
export interface ItemDraft extends ItemDetails {
  guid: string | null;
  url: string | null;
  title: string | null;
  authors: string[];
  publishedAt: Date | null;
  updatedAt: Date | null;
  content: MarkupDraft | null;
  summary: MarkupDraft | null;
  imageUrl: string | null;
  categories: string[];
  enclosures: ParsedEnclosure[];
  language: string | null;
}

export interface MarkupDraft {
  html: string;
  baseUrl: string | null;
}

/** Characters of markup a document may still have cleaned; keeps one feed from taking a worker for seconds. */
export interface MarkupBudget {
  remaining: number;
  isExceeded: boolean;
}

const MAX_TITLE_LENGTH = 1_000;
const MAX_GUID_LENGTH = 4_000;
const MAX_LIST_LENGTH = 100;
const MAX_WORD_LENGTH = 200;
/** The longest article seen in a real feed has a quarter of this. */
const MAX_MARKUP_LENGTH = 1_000_000;
/** What may be left of a piece of markup when the budget is used up: enough for a summary. */
const MAX_LEFTOVER_LENGTH = 300;

export function finishItem(draft: ItemDraft, budget: MarkupBudget): ParsedItem {
  const content = cleanDraft(draft.content, budget);
  const summary = cleanDraft(draft.summary, budget);
  const best = content ?? summary;
  const excerptSource = summary !== null && summary.text !== '' ? summary.text : (best?.text ?? '');
  return {
    guid: cut(draft.guid, MAX_GUID_LENGTH),
    url: draft.url,
    title: cut(draft.title, MAX_TITLE_LENGTH),
    authors: distinctWords(draft.authors),
    publishedAt: draft.publishedAt ?? draft.updatedAt,
    updatedAt: draft.updatedAt,
    contentHtml: content?.html ?? null,
    summaryHtml: summary?.html ?? null,
    excerpt: excerptOf(excerptSource),
    text: best?.text ?? '',
    imageUrl: draft.imageUrl ?? content?.imageUrl ?? summary?.imageUrl ?? null,
    categories: distinctWords(draft.categories),
    enclosures: distinctEnclosures(draft.enclosures),
    language: draft.language,
    comments: draft.comments,
    inReplyTo: draft.inReplyTo,
    location: draft.location,
    podcast: draft.podcast,
  };
}

/** Plain text as markup: blank lines part paragraphs, line breaks stay. */
export function paragraphsOf(text: string): string {
  return text
    .trim()
    .split(/\n[^\S\n]*\n\s*/)
    .map((paragraph) => `<p>${escapeText(paragraph).replace(/\n/g, '<br>')}</p>`)
    .join('');
}

function cleanDraft(draft: MarkupDraft | null, budget: MarkupBudget): CleanHtml | null {
  if (draft === null || draft.html.trim() === '') return null;
  const allowed = Math.min(MAX_MARKUP_LENGTH, Math.max(budget.remaining, MAX_LEFTOVER_LENGTH));
  if (draft.html.length > allowed) budget.isExceeded = true;
  const html = draft.html.length > allowed ? draft.html.slice(0, allowed) : draft.html;
  budget.remaining -= html.length;
  const cleaned = cleanHtml(html, draft.baseUrl);
  return cleaned.html === '' && cleaned.text === '' ? null : cleaned;
}

function distinctWords(words: readonly string[]): string[] {
  const distinct = new Set<string>();
  for (const word of words) {
    const kept = cut(word.trim(), MAX_WORD_LENGTH);
    if (kept !== null && kept !== '') distinct.add(kept);
    if (distinct.size >= MAX_LIST_LENGTH) break;
  }
  return [...distinct];
}

/** One entry an address; what a later mention knows beside the first is added to it. */
function distinctEnclosures(enclosures: readonly ParsedEnclosure[]): ParsedEnclosure[] {
  const byUrl = new Map<string, ParsedEnclosure>();
  for (const enclosure of enclosures) {
    const known = byUrl.get(enclosure.url);
    if (known === undefined) {
      if (byUrl.size < MAX_LIST_LENGTH) byUrl.set(enclosure.url, { ...enclosure });
      continue;
    }
    known.type ??= enclosure.type;
    known.length ??= enclosure.length;
    known.durationSeconds ??= enclosure.durationSeconds;
    known.title ??= enclosure.title;
  }
  return [...byUrl.values()];
}

/** Text of a detail, cut to a length; null for nothing. */
export function shortText(text: string | null, maxLength: number): string | null {
  return cut(text, maxLength)?.trim() || null;
}

function cut(text: string | null, maxLength: number): string | null {
  if (text === null) return null;
  return (text.length > maxLength ? text.slice(0, maxLength) : text).toWellFormed();
}
