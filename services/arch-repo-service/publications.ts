import { createHash, randomBytes } from 'node:crypto';
import * as contract from '@alt/contracts';
import { Problem } from '@alt/contracts';
import type { Database } from '@alt/database';
import { type Route, reply, route } from '@alt/service-kit';
import { blocksToXhtml, chaptersOf, escapeXml, isWebAddress } from './documents.ts';
import { PAGE_POLICY, pageOfChapters } from './pages.ts';
import { type AsPerson, changing, looking, partNotFound } from './people.ts';
import { note } from './store/activity.ts';
import * as store from './store/publications.ts';

const FEED_ITEMS = 50;
const SECRET_BYTES = 32;
const SLUG_BYTES = 6;

/**
 * A project for others to read: brief and articles; never notes, highlights, decisions or who is in it. What is private is
 * found by a secret of 256 bits, of which only the SHA-256 is kept.
 */
export function publicationRoutes(asPerson: AsPerson, database: Database, publicUrl: URL): Route[] {
  return [...managingRoutes(asPerson, publicUrl), ...publishedRoutes(database, publicUrl)];
}

function managingRoutes(asPerson: AsPerson, publicUrl: URL): Route[] {
  const present = ({ kind, openedAt }: store.PublicationRow, key: string | null) => ({
    kind,
    pageUrl: key && new URL(`/v1/projects/published/${key}`, publicUrl).href,
    feedUrl: key && new URL(`/v1/projects/published/${key}/feed`, publicUrl).href,
    openedAt: openedAt.toISOString(),
  });
  return [
    route(contract.readPublication, ({ params, reader }) =>
      looking(asPerson, reader, params.id, async ({ tx }) => {
        const row = await store.findPublication(tx, params.id);
        return { publication: row && present(row, row.slug) };
      }),
    ),

    route(contract.openPublication, ({ params, body, reader }) =>
      changing(
        asPerson,
        reader,
        params.id,
        async ({ tx }) => {
          const isPrivate = body.kind === 'private';
          const key = randomBytes(isPrivate ? SECRET_BYTES : SLUG_BYTES).toString('base64url');
          await store.removePublication(tx, params.id);
          const secret = { secretHash: isPrivate ? hashOf(key) : null, slug: isPrivate ? null : key };
          await store.addPublication(tx, params.id, { kind: body.kind, ...secret });
          await note(tx, params.id, 'publication-opened', { kind: body.kind });
          const row = await store.findPublication(tx, params.id);
          if (!row) throw new Error('a publication was not made');
          return present(row, key);
        },
        { least: 'lead' },
      ),
    ),

    route(contract.closePublication, async ({ params, reader }) => {
      await changing(
        asPerson,
        reader,
        params.id,
        async ({ tx }) => {
          if (!(await store.removePublication(tx, params.id))) throw partNotFound('publication');
          await note(tx, params.id, 'publication-closed');
        },
        { least: 'lead', isArchivedFine: true },
      );
      return reply(204, undefined);
    }),
  ];
}

function publishedRoutes(database: Database, publicUrl: URL): Route[] {
  const find = async (key: string) => {
    const found = await store.findPublished(database, hashOf(key), key);
    if (!found) throw new Problem('not-found', 'There is nothing at this address, or not any more.');
    return found;
  };
  return [
    route(contract.readPublished, async ({ params, request }) => {
      const found = await find(params.key);
      const chapters = chaptersOf({ ...documentOf(found), highlights: [], notes: [], decisions: [] });
      const robots = found.kind === 'private' ? '<meta name="robots" content="noindex"/>' : '';
      return answer(request, found, 'text/html; charset=utf-8', pageOfChapters(chapters, robots));
    }),

    route(contract.readPublishedFeed, async ({ params, request }) => {
      const found = await find(params.key);
      const page = new URL(`/v1/projects/published/${params.key}`, publicUrl).href;
      return answer(request, found, 'application/rss+xml; charset=utf-8', rssOf(found, page));
    }),
  ];
}

function documentOf({ title, description, sections, articles, brief }: store.Published) {
  return { title, description, sections, articles, brief: brief?.parts ?? null };
}

/** Asked for anew each time, so that what was ended is gone at once; unchanged, it costs a few bytes. */
function answer(request: Request, { kind }: store.Published, type: string, body: string): Response {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 24)}"`;
  const isKnown = (request.headers.get('if-none-match') ?? '').split(/\s*,\s*/).includes(etag);
  return new Response(isKnown ? null : body, {
    status: isKnown ? 304 : 200,
    headers: {
      'content-type': type,
      etag,
      'cache-control': `${kind === 'private' ? 'private' : 'public'}, no-cache`,
      'content-security-policy': PAGE_POLICY,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      ...(kind === 'private' ? { 'x-robots-tag': 'noindex' } : {}),
    },
  });
}

/** RSS 2.0: the newest brief as one item, and the newest articles. */
function rssOf({ title, description, articles, brief }: store.Published, page: string): string {
  const overview = brief?.parts.find(({ sectionId }) => sectionId === null)?.sentences ?? [];
  const briefItem =
    brief === null
      ? []
      : [
          item({
            title: `${title} (${brief.number})`,
            link: page,
            guid: `${page}#${brief.number}`,
            at: brief.createdAt,
            html: blocksToXhtml(overview.map(({ text }) => ({ kind: 'text', text }))),
          }),
        ];
  const items = articles.slice(0, FEED_ITEMS).map((article) =>
    item({
      title: article.title,
      link: isWebAddress(article.url) ? article.url : page,
      guid: `urn:uuid:${article.id}`,
      at: article.pinnedAt,
      html: escapeXml(article.feedTitle),
    }),
  );
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>${escapeXml(title)}</title><link>${escapeXml(page)}</link>
<description>${escapeXml(description)}</description>
${[...briefItem, ...items].join('\n')}
</channel></rss>
`;
}

function item(about: { title: string; link: string; guid: string; at: string; html: string }): string {
  const { title, link, guid, at, html } = about;
  return `<item><title>${escapeXml(title)}</title><link>${escapeXml(link)}</link><guid isPermaLink="false">${escapeXml(guid)}</guid><pubDate>${new Date(at).toUTCString()}</pubDate><description>${escapeXml(html)}</description></item>`;
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
