import { createHash } from 'node:crypto';
import type { Recap } from '@alt/contracts';
import { recapHtml } from './rendering.ts';
import type { RecapWording } from './wording.ts';

/** Recaps as RSS 2.0, with the whole text of each. */
export function recapRss(recaps: Recap[], wording: RecapWording, publicUrl: URL): { body: string; etag: string } {
  const items = recaps.map((recap) => {
    const title = wording.title(recap.period, recap.date);
    return `<item><title>${escapeXml(title)}</title><link>${escapeXml(recapAddress(recap, publicUrl))}</link>
<guid isPermaLink="false">${recap.id}</guid><pubDate>${new Date(recap.builtAt).toUTCString()}</pubDate>
<description>${escapeXml(recapHtml(recap, wording))}</description></item>`;
  });
  const body = `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Alt</title><link>${escapeXml(publicUrl.origin)}/</link>
<description>${escapeXml(wording.footer)}</description><language>${wording.language}</language>
${items.join('\n')}
</channel></rss>
`;
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 24)}"` };
}

/** Where a signed-in reader sees a recap. */
export function recapAddress({ id }: Pick<Recap, 'id'>, publicUrl: URL): string {
  return new URL(`/v1/recaps/${id}?format=html`, publicUrl).href;
}

/** Characters that XML 1.0 knows, the five special ones as references. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
