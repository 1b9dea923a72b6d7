import { findFeeds, previewExtraction, receiveWebsub, resolveFeed, verifyWebsub } from '@alt/contracts';
import { type Route, route } from '@alt/service-kit';
import type { Adding } from './adding.ts';
import type { createPreview } from './extraction/preview.ts';
import type { Websub } from './websub.ts';

/** What alt-backend asks of this service. */
export function routes({
  adding,
  websub,
  preview,
}: {
  adding: Adding;
  websub: Websub;
  preview: ReturnType<typeof createPreview>;
}): Route[] {
  return [
    route(resolveFeed, ({ body }) => adding.resolve(body), { callers: ['alt-backend'] }),
    route(findFeeds, async ({ body }) => ({ feeds: await adding.discover(body.url) }), { callers: ['alt-backend'] }),
    route(previewExtraction, ({ body }) => preview(body), { callers: ['alt-backend'] }),
    route(verifyWebsub, ({ params, query }) => websub.verify(params.id, query), { callers: ['alt-backend'] }),
    route(receiveWebsub, ({ params, request }) => websub.receive(params.id, request), { callers: ['alt-backend'] }),
  ];
}
