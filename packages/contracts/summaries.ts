import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { summarySentence } from './news-creator.ts';

/** Why a summary is sentences of the article although a model is configured, and the sentence that is kept with it. */
export const summaryNotes = {
  unfaithful: "The model's summary said what the text does not; these are sentences of the text.",
  language: 'The model wrote in another language than it was asked for; these are sentences of the text.',
  failed: 'The model could not summarise this text; these are sentences of the text.',
} as const;
export const summaryNote = z.enum(Object.keys(summaryNotes) as [SummaryNote, ...SummaryNote[]]);
export type SummaryNote = keyof typeof summaryNotes;

/** What a list shows of an entry's summary. */
export const entrySummary = z
  .object({
    /** `none`: switched off, or there is none; `code` says why, as where it is `failed`. */
    state: z.enum(['none', 'pending', 'ready', 'failed']),
    text: z.string().nullable(),
    /** ISO 639-1 of the summary. */
    language: z.string().nullable(),
    /** `extractive` for sentences of the article, else the engine and its model, such as `ollama/gemma3:4b`. */
    engine: z.string().nullable(),
    /** Why this is not what the configured model wrote. */
    note: z.string().nullable(),
    /** The same as a code. */
    noteCode: summaryNote.nullable().optional(),
    /** Why there is none: it was switched off when the article came, the article has no text, or it could not be made. */
    code: z.enum(['not-wanted', 'no-text', 'failed']).nullable().optional(),
    /** The same in English. */
    reason: z.string().nullable(),
  })
  .meta({ id: 'EntrySummary' });
export type EntrySummary = z.infer<typeof entrySummary>;

/** With the sentences of the summary and where in the article's plain text each comes from. */
export const fullEntrySummary = entrySummary
  .extend({ sentences: z.array(summarySentence) })
  .meta({ id: 'FullEntrySummary' });
export type FullEntrySummary = z.infer<typeof fullEntrySummary>;

export const requestSummary = endpoint({
  name: 'requestSummary',
  method: 'POST',
  path: '/v1/entries/:id/summary',
  summary:
    'Summarise an entry before others, also where its feed’s summaries are switched off; events say when it is there',
  access: 'reader',
  role: 'member',
  params: z.object({ id: z.string() }),
  statuses: [202],
  problems: ['not-found', 'invalid-request', 'csrf-failed'],
});

export const tenantSettings = z
  .object({
    /** Whether articles are summarised for the people of this tenant. */
    summaries: z.boolean(),
    /** Whether what readers do is written down for their statistics. */
    statistics: z.boolean(),
    /** Days for which that is kept; null is as long as the instance keeps it. */
    statisticsDays: z.int().min(1).max(3_660).nullable(),
  })
  .meta({ id: 'TenantSettings' });
export type TenantSettings = z.infer<typeof tenantSettings>;

export const readTenantSettings = endpoint({
  name: 'readTenantSettings',
  method: 'GET',
  path: '/v1/settings/tenant',
  summary: 'What is switched on for the reader’s tenant',
  access: 'reader',
  response: tenantSettings,
  statuses: [200],
  problems: [],
});

export const writeTenantSettings = endpoint({
  name: 'writeTenantSettings',
  method: 'PATCH',
  path: '/v1/settings/tenant',
  summary: 'Switch something on or off for the whole tenant; for its owners and administrators',
  access: 'reader',
  role: 'admin',
  body: z.strictObject({
    summaries: z.boolean().optional(),
    statistics: z.boolean().optional(),
    statisticsDays: z.int().min(1).max(3_660).nullable().optional(),
  }),
  response: tenantSettings,
  statuses: [200],
  problems: ['forbidden', 'invalid-request', 'csrf-failed'],
});
