import { escapeText } from './markup.ts';
import { walkTameHtml } from './tame.ts';
import { ExcessiveMarkup, walkHtml } from './tree.ts';
import { type CleanHtml, createHtmlWriter } from './writer.ts';

/** What is longer is cut; the longest article seen in a real feed has a quarter of this. */
const MAX_HTML_LENGTH = 1_000_000;
const MAX_PASSES = 4;

/**
 * The allowed part of a piece of HTML, its plain text and its first picture, from one reading. Writing it, the policy may
 * leave elements in a nesting that a browser would read differently; then the output is read once more, until it stands.
 */
export function cleanHtml(html: string, baseUrl: string | null): CleanHtml {
  const cut = html.length > MAX_HTML_LENGTH ? html.slice(0, MAX_HTML_LENGTH) : html;
  return cleanTame(cut, baseUrl) ?? cleanWild(cut, baseUrl);
}

/** The allow-listed, absolute, inert form of a piece of HTML. Sanitising it again changes nothing. */
export function sanitiseHtml(html: string, context: { baseUrl: string | null }): string {
  return cleanHtml(html, context.baseUrl).html;
}

/** The plain text of a piece of HTML, one line a block. */
export function htmlToText(html: string): string {
  return cleanHtml(html, null).text;
}

/** Exported for the property test that holds it equal to `cleanWild`. */
export function cleanTame(html: string, baseUrl: string | null): CleanHtml | null {
  const writer = createHtmlWriter(baseUrl);
  return walkTameHtml(html, writer) && writer.isStable ? writer.finish() : null;
}

export function cleanWild(html: string, baseUrl: string | null): CleanHtml {
  try {
    let source = html;
    for (let pass = 0; pass < MAX_PASSES; pass++) {
      const writer = createHtmlWriter(baseUrl);
      walkHtml(source, writer);
      const cleaned = writer.finish();
      if (writer.isStable) return cleaned;
      source = cleaned.html;
    }
  } catch (error) {
    if (!(error instanceof ExcessiveMarkup)) throw error;
  }
  return textAlone(html);
}

/** For markup that cannot be written down faithfully: its text, without any tags. */
function textAlone(html: string): CleanHtml {
  const writer = createHtmlWriter(null);
  writer.text(withoutTags(html));
  const { text } = writer.finish();
  return { html: text === '' ? '' : `<p>${escapeText(text)}</p>`, text, imageUrl: null };
}

function withoutTags(html: string): string {
  let text = '';
  let position = 0;
  while (position < html.length) {
    const open = html.indexOf('<', position);
    if (open === -1) return text + html.slice(position);
    const close = html.indexOf('>', open);
    text += `${html.slice(position, open)} `;
    if (close === -1) return text;
    position = close + 1;
  }
  return text;
}
