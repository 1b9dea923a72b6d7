export interface HostileItem {
  id: string | null;
  title: string;
  link: string;
  /** RFC 822 text, or null for none. */
  date: string | null;
  description: string;
}

const HOUR_MS = 3_600_000;
const FIRST_POST = Date.parse('2026-03-01T08:00:00Z');

/** The nth post, always the same: n counts up with time, an hour apart. */
export function post(n: number, changes: Partial<HostileItem> = {}): HostileItem {
  return {
    id: `urn:hostile:post:${n}`,
    title: `Post number ${n}`,
    link: `https://hostile.example/posts/${n}`,
    date: new Date(FIRST_POST + n * HOUR_MS).toUTCString(),
    description: `<p>The text of post ${n}: one plain paragraph, neither long nor short.</p>`,
    ...changes,
  };
}

/** Posts `last` down to `last - count + 1`, newest first. */
export function posts(count: number, last = count): HostileItem[] {
  return Array.from({ length: count }, (_, index) => post(last - index));
}

/** An RSS 2.0 document. `channel` is XML put in before the items. */
export function rss(items: HostileItem[], options: { title?: string; channel?: string; prolog?: string } = {}): string {
  const prolog = options.prolog ?? '<?xml version="1.0" encoding="UTF-8"?>';
  const title = escapeXml(options.title ?? 'A hostile feed');
  return `${prolog}\n<rss version="2.0"><channel><title>${title}</title><link>https://hostile.example/</link><description>For tests</description>${options.channel ?? ''}\n${items.map(rssItem).join('\n')}\n</channel></rss>\n`;
}

export function atom(items: HostileItem[]): string {
  const entries = items.map(
    (item) =>
      `<entry><id>${escapeXml(item.id ?? item.link)}</id><title>${escapeXml(item.title)}</title><link href="${escapeXml(item.link)}"/><updated>${new Date(item.date ?? FIRST_POST).toISOString()}</updated><content type="html">${escapeXml(item.description)}</content></entry>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:hostile:feed</id><title>A hostile feed</title><updated>2026-03-02T00:00:00Z</updated>\n${entries.join('\n')}\n</feed>\n`;
}

export function jsonFeed(items: HostileItem[]): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: 'A hostile feed',
    home_page_url: 'https://hostile.example/',
    items: items.map((item) => ({ id: item.id, url: item.link, title: item.title, content_html: item.description })),
  });
}

export function html(title: string, body: string, head = ''): string {
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title>${head}</head><body>${body}</body></html>\n`;
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function rssItem(item: HostileItem): string {
  const guid = item.id === null ? '' : `<guid isPermaLink="false">${escapeXml(item.id)}</guid>`;
  const date = item.date === null ? '' : `<pubDate>${escapeXml(item.date)}</pubDate>`;
  return `<item><title>${escapeXml(item.title)}</title><link>${escapeXml(item.link)}</link>${guid}${date}<description>${escapeXml(item.description)}</description></item>`;
}
