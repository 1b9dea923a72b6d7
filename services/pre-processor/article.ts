import { decodeText, htmlToText, sanitiseHtml } from '@alt/feeds';
import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';

/** A page as it was fetched. */
export interface PageTask {
  bytes: Uint8Array;
  /** Where the bytes came from, after redirects. */
  url: string;
  contentType: string | null;
  /** The text that the feed gave: a page that has less is not the article. */
  feedText: string;
}

/** The article of a page, or why it is none: a stable code, and words for the reader. */
export type PageResult = { ok: true; html: string; text: string } | { ok: false; code: string; reason: string };

const MAX_ELEMENTS = 60_000;
const MIN_LENGTH = 140;
const PAYWALL =
  /\b(subscribe (now )?to (continue|keep) reading|this (article|content|story) is (for|available to) (subscribers|members)|to continue reading(,| this)|already a subscriber\?|create a free account to (continue|read))/i;
const BLOCKED =
  /\b(enable javascript and cookies to continue|verify(ing)? (that )?you are (a )?human|checking your browser|access (to this page has been )?denied|are you a robot|captcha)\b/i;
const MISSING = /\b(page (was )?not found|404 (error|not found)|error 404)\b/i;

/** Finds the article of a page (Mozilla's Readability on linkedom) and sanitises it. Never throws on any bytes. */
export function extractArticle(task: PageTask): PageResult {
  const { text: html } = decodeText(task.bytes, { contentType: task.contentType, kind: 'html' });
  if (html.trim() === '') return refuse('page-empty', 'The page is empty.');
  const article = readArticle(html, task.url);
  if (article === null) return refuse('no-article', 'No article could be found on the page.');
  const content = sanitiseHtml(article.html, { baseUrl: task.url });
  const text = htmlToText(content);
  return judge(article.title, content, text, task.feedText);
}

function readArticle(html: string, url: string): { title: string; html: string } | null {
  try {
    const { document } = parseHTML(html);
    const base = document.createElement('base');
    base.setAttribute('href', baseOf(document, url));
    for (const old of document.querySelectorAll('base')) old.remove();
    document.head?.prepend(base);
    // Its hidden-content rules read styles and classes; what we keep is decided by the sanitiser afterwards.
    const article = new Readability(document, { maxElemsToParse: MAX_ELEMENTS, charThreshold: MIN_LENGTH }).parse();
    return article?.content ? { title: article.title ?? '', html: article.content } : null;
  } catch {
    // linkedom and Readability throw on some malformed pages; that is a page without an article.
    return null;
  }
}

function baseOf(document: Document, url: string): string {
  const href = document.querySelector('base[href]')?.getAttribute('href') ?? '';
  return URL.parse(href, url)?.href ?? url;
}

function judge(title: string, html: string, text: string, feedText: string): PageResult {
  const isShort = text.length < 2_000;
  if (isShort && (BLOCKED.test(text) || BLOCKED.test(title)))
    return refuse('hidden-from-programs', 'The site shows programs another page than people.');
  if (isShort && PAYWALL.test(text))
    return refuse('subscribers-only', 'The page shows the whole article to subscribers only.');
  if (isShort && MISSING.test(`${title}\n${text.slice(0, 300)}`))
    return refuse('article-missing', 'The page says that the article is not there.');
  if (text.length < MIN_LENGTH) return refuse('too-little-text', 'The page has hardly any text.');
  if (text.length < feedText.length * 0.8)
    return refuse('less-than-feed', 'The page has less of the article than the feed itself.');
  return { ok: true, html, text };
}

function refuse(code: string, reason: string): PageResult {
  return { ok: false, code, reason };
}
