import { z } from 'zod';

/** Where an article is discussed; the page is null where the feed only counts. */
export const entryComments = z
  .object({ url: z.string().nullable(), feedUrl: z.string().nullable(), count: z.int().nullable() })
  .meta({ id: 'EntryComments' });

/** Degrees of WGS 84; of an area the centre. */
export const entryLocation = z
  .object({
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
    name: z.string().nullable(),
  })
  .meta({ id: 'EntryLocation' });
export type EntryLocation = z.infer<typeof entryLocation>;

/** An episode of a podcast; its sound is among the enclosures. */
export const entryPodcast = z
  .object({
    season: z.number().nullable(),
    episode: z.number().nullable(),
    isExplicit: z.boolean(),
    transcripts: z.array(z.object({ url: z.string(), type: z.string().nullable(), language: z.string().nullable() })),
    chapters: z.object({ url: z.string(), type: z.string().nullable() }).nullable(),
    persons: z.array(
      z.object({
        name: z.string(),
        role: z.string().nullable(),
        url: z.string().nullable(),
        imageUrl: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'EntryPodcast' });
export type EntryPodcast = z.infer<typeof entryPodcast>;

/** What `GET /v1/entries/:id` says of an article beside its text; null where the feed says nothing. */
export const entryDetails = {
  comments: entryComments.nullable(),
  /** The page of what the article answers. */
  inReplyToUrl: z.string().nullable(),
  location: entryLocation.nullable(),
  podcast: entryPodcast.nullable(),
};
