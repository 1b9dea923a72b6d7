import type {
  AlsoIn,
  Answer,
  Entry,
  listRecaps,
  Recap,
  RecapDelivery,
  ResponseOf,
  SavedSearch,
  Tag,
  TagProposal,
} from '@alt/contracts';
import type { Page } from './api.ts';
import type { Client } from './client.ts';

export type RecapPage = ResponseOf<typeof listRecaps>;
export type RecapPeriod = Recap['period'];
export type { AlsoIn, Answer, Recap, RecapDelivery, SavedSearch, Tag, TagProposal };

export type TagChange = { name?: string; hidden?: boolean; promoted?: boolean };

export type EnrichmentApi = ReturnType<typeof createEnrichmentApi>;

/** The calls of what is loaded after the first screen: summaries, tags, saved searches, questions, recaps. */
export function createEnrichmentApi({ call }: Pick<Client, 'call'>) {
  return {
    requestSummary: (id: string) => call<void>('POST', `/v1/entries/${id}/summary`),
    split: (id: string) => call<Entry>('POST', `/v1/entries/${id}/split`),

    tags: (query: { order: 'name' | 'frequent'; view: 'visible' | 'hidden'; prefix?: string }) =>
      call<Page<Tag>>('GET', '/v1/tags', { query: { ...query, limit: 100 } }),
    changeTag: (name: string, body: TagChange) => call<Tag>('PATCH', `/v1/tags/${encodeURIComponent(name)}`, { body }),
    mergeTags: (from: string[], into: string) =>
      call<{ tag: Tag; merged: number }>('POST', '/v1/tags/merge', { body: { from, into } }),
    tagProposals: () => call<Page<TagProposal>>('GET', '/v1/tags/proposals', { query: { limit: 20 } }),
    dismissProposal: (names: [string, string]) => call<void>('POST', '/v1/tags/proposals/dismiss', { body: { names } }),
    vetoes: () => call<Page<{ name: string }>>('GET', '/v1/tags/vetoes', { query: { limit: 200 } }),
    veto: (name: string) => call<unknown>('POST', '/v1/tags/vetoes', { body: { name } }),
    liftVeto: (name: string) => call<void>('DELETE', `/v1/tags/vetoes/${encodeURIComponent(name)}`),

    savedSearches: () =>
      call<Page<SavedSearch>>('GET', '/v1/saved-searches', { query: { limit: 100, counts: 'true' } }),
    saveSearch: (body: { name: string; query: string }) => call<SavedSearch>('POST', '/v1/saved-searches', { body }),
    changeSavedSearch: (id: string, body: { name?: string; query?: string }) =>
      call<SavedSearch>('PATCH', `/v1/saved-searches/${id}`, { body }),
    deleteSavedSearch: (id: string) => call<void>('DELETE', `/v1/saved-searches/${id}`),

    ask: (question: string, signal?: AbortSignal) =>
      call<Answer>('POST', '/v1/ask', { body: { question }, ...(signal && { signal }) }),

    recaps: (period: RecapPeriod, cursor: string | undefined, signal?: AbortSignal) =>
      call<RecapPage>('GET', '/v1/recaps', { query: { period, limit: 1, cursor }, ...(signal && { signal }) }),
    delivery: () => call<RecapDelivery>('GET', '/v1/recaps/delivery'),
    changeDelivery: (mail: { daily?: boolean; weekly?: boolean }) =>
      call<RecapDelivery>('PATCH', '/v1/recaps/delivery', { body: { mail } }),
    createRecapFeed: () => call<{ url: string }>('POST', '/v1/recaps/feed'),
    deleteRecapFeed: () => call<void>('DELETE', '/v1/recaps/feed'),
  };
}
