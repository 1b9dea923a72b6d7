import { type ExtractionPreview, Problem, previewSubscriptionExtraction } from '@alt/contracts';
import type { Queryable } from '@alt/database';
import type { ImageAddresses } from '@alt/feeds/html/image-address.ts';
import { type PeerFetch, type Reader, type Route, route } from '@alt/service-kit';
import { idOf, postJson } from './peers.ts';
import * as store from './store/extraction.ts';
import type { AsReader } from './store/readers.ts';

/** What a feed's selectors make of its pages. Reading them is pre-processor's work. */
export function extractionRoutes(asReader: AsReader, preProcessor: PeerFetch, images: ImageAddresses): Route[] {
  return [
    route(previewSubscriptionExtraction, async ({ params, body, reader, requestId }) => {
      const { keep, drop } = body;
      const page = await asReader(reader, (tx, readerId) => pageOf(tx, readerId, params.id, body.url ?? null), {
        isReadOnly: true,
      });
      const request = { url: page.url, feedTitle: page.title, feedText: page.text, keep, drop };
      const preview = await postJson<ExtractionPreview>(
        preProcessor,
        '/internal/extraction/preview',
        request,
        requestId,
      );
      return preview.ok ? { ...preview, html: images.rewrite(preview.html) } : preview;
    }),
  ];
}

/** Selectors are a tenant's: all its readers see what they leave. Those who only read do not set them. */
export function checkMaySetSelectors({ role }: Reader): void {
  if (role !== 'reader') return;
  throw new Problem('forbidden', 'What a feed’s pages hold is set for everybody here. Ask a member to do it.');
}

/** The newest article of the feed, or the page asked for: only pages of its own sites are fetched for a preview. */
async function pageOf(tx: Queryable, readerId: number, idText: string, url: string | null): Promise<store.PreviewPage> {
  const id = idOf(idText);
  const found = id === null ? null : await store.feedOfSubscription(tx, readerId, id);
  if (found === null) throw new Problem('not-found', 'You have no such subscription.');
  const pages = await store.newestPages(tx, readerId, found.feedId);
  const [newest] = pages;
  if (newest === undefined) {
    throw new Problem('invalid-request', 'The feed has no article with an address yet. Give the address of a page.');
  }
  if (url === null) return newest;
  const known = pages.find((page) => page.url === url);
  if (known) return known;
  if (pages.some((page) => hostOf(page.url) === hostOf(url))) return { url, title: '', text: '' };
  throw new Problem('invalid-request', 'The address is not on the site of this feed. Give one of its own pages.');
}

function hostOf(url: string): string | null {
  return URL.parse(url)?.host ?? null;
}
