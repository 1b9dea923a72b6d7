import { escapeMarkup } from '../markdown.ts';
import type { FeedDefinition, Language } from '../sites.ts';

/** What a feed says, before it is written in one of the formats. */
export interface FeedDocument {
  definition: FeedDefinition;
  title: string;
  description: string;
  author: string;
  language: Language;
  homeUrl: string;
  selfUrl: string;
  updatedAt: Date;
  items: FeedItem[];
}

export interface FeedItem {
  /** Permanent, whatever the port of the demo. */
  id: string;
  url: string;
  title: string;
  /** Links are relative to the feed's `homeUrl`. */
  html: string;
  summary: string;
  publishedAt: Date;
  tags: string[];
  imageUrl: string | null;
  sound: { url: string; bytes: number; seconds: number; episode: number } | null;
}

/** An XML element with escaped text; `attributes` is written as it is. */
export function element(name: string, text: string, attributes = ''): string {
  return `<${name}${attributes === '' ? '' : ` ${attributes}`}>${escapeMarkup(text)}</${name}>`;
}

/** Makes every `href` and `src` of the HTML absolute. */
export function absoluteHtml(html: string, baseUrl: string): string {
  return html.replace(/(href|src)="([^"]*)"/g, (_match, name: string, target: string) => {
    return `${name}="${new URL(target, baseUrl).href}"`;
  });
}
