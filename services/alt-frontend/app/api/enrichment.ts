import type {
  AlsoIn,
  Answer,
  Entry,
  ExtractionPreview,
  listRecaps,
  ProblemDocument,
  Recap,
  RecapDelay,
  RecapDelivery,
  ResponseOf,
  SavedSearch,
  SelectorRules,
  Tag,
  TagProposal,
  TenantSettings,
} from '@alt/contracts';
import type { Page } from './api.ts';
import type { Client } from './client.ts';
import { ApiProblem, NetworkFailure } from './problem.ts';

export type RecapPage = ResponseOf<typeof listRecaps>;
export type RecapPeriod = Recap['period'];
export type {
  AlsoIn,
  Answer,
  ExtractionPreview,
  Recap,
  RecapDelay,
  RecapDelivery,
  SavedSearch,
  SelectorRules,
  Tag,
  TagProposal,
};

/** How far an answer is: how many are asked first, and what the model has written, which nobody has checked yet. */
export interface AskProgress {
  position: number | null;
  text: string;
}

export type TagChange = { name?: string; hidden?: boolean; promoted?: boolean };

export type EnrichmentApi = ReturnType<typeof createEnrichmentApi>;

/** The calls of what is loaded after the first screen: summaries, tags, saved searches, questions, recaps. */
export function createEnrichmentApi({ call, stream }: Pick<Client, 'call' | 'stream'>) {
  return {
    requestSummary: (id: string) => call<void>('POST', `/v1/entries/${id}/summary`),
    split: (id: string) => call<Entry>('POST', `/v1/entries/${id}/split`),
    rejoin: (id: string) => call<Entry>('DELETE', `/v1/entries/${id}/split`),

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
    changeSavedSearch: (id: string, body: { name?: string; query?: string; isShared?: true }) =>
      call<SavedSearch>('PATCH', `/v1/saved-searches/${id}`, { body }),
    deleteSavedSearch: (id: string) => call<void>('DELETE', `/v1/saved-searches/${id}`),

    /** A model may take minutes; events keep the connection open meanwhile. */
    async ask(question: string, signal: AbortSignal, onProgress: (progress: AskProgress) => void): Promise<Answer> {
      let progress: AskProgress = { position: null, text: '' };
      for await (const { name, data } of stream('POST', '/v1/ask', { body: { question }, signal })) {
        if (name === 'answer') return data as Answer;
        if (name === 'problem') throw problemOf(data as ProblemDocument);
        progress = progressAfter(progress, name, data as { position?: number; text?: string });
        onProgress(progress);
      }
      throw new NetworkFailure('The answer ended before it was there.');
    },

    recaps: (period: RecapPeriod, cursor: string | undefined, signal?: AbortSignal) =>
      call<RecapPage>('GET', '/v1/recaps', { query: { period, limit: 1, cursor }, ...(signal && { signal }) }),
    delivery: () => call<RecapDelivery>('GET', '/v1/recaps/delivery'),
    markRead: (ids: string[]) => call<{ updated: number }>('PATCH', '/v1/entries', { body: { ids, read: true } }),
    changeDelivery: (mail: { daily?: boolean; weekly?: boolean }) =>
      call<RecapDelivery>('PATCH', '/v1/recaps/delivery', { body: { mail } }),
    createRecapFeed: () => call<{ url: string }>('POST', '/v1/recaps/feed'),
    deleteRecapFeed: () => call<void>('DELETE', '/v1/recaps/feed'),

    tenantSettings: () => call<TenantSettings>('GET', '/v1/settings/tenant'),
    changeTenantSettings: (body: Partial<TenantSettings>) =>
      call<TenantSettings>('PATCH', '/v1/settings/tenant', { body }),
    previewSelectors: (subscriptionId: string, body: SelectorRules) =>
      call<ExtractionPreview>('POST', `/v1/subscriptions/${subscriptionId}/extraction/preview`, { body }),
  };
}

function progressAfter(before: AskProgress, name: string, data: { position?: number; text?: string }): AskProgress {
  if (name === 'waiting') return { ...before, position: data.position ?? null };
  return name === 'text' ? { position: null, text: before.text + (data.text ?? '') } : before;
}

function problemOf(document: ProblemDocument): ApiProblem {
  return new ApiProblem(document.status, document);
}
