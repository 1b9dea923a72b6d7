import { z } from 'zod';

/** A 32-bit id (feeds, subscriptions, folders, labels) as a decimal string. */
export const smallId = z
  .string()
  .regex(/^[1-9]\d{0,9}$/, 'must be a number as a string')
  .refine((value) => Number(value) <= 2_147_483_647, 'is too large');

/** An article id: a decimal integer below 2^53, as a string. */
export const articleId = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, 'must be a number as a string')
  .refine((value) => Number.isSafeInteger(Number(value)), 'is too large');

export const uuid = z.uuid();

/** A time, RFC 3339 in UTC on the way out; any offset on the way in. */
export const time = z.iso.datetime({ offset: true });
export const timeOrNull = time.nullable();

export const cursor = z.string().min(1).max(300);

/** `limit` and `cursor` of every list. */
export const pageQuery = (defaultLimit: number) => ({
  limit: z.coerce.number().int().min(1).max(200).default(defaultLimit),
  cursor: cursor.optional(),
});

/** A list's answer: the items and the cursor of the next page, null at the end. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** A query parameter that may repeat; always an array. */
export const repeated = <Item extends z.ZodType>(item: Item) =>
  z
    .preprocess((value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]), z.array(item).max(100))
    .default([]);

/** A name that a person gives: trimmed, one line, without control characters. */
export const nameText = (maximum: number) =>
  z
    .string()
    .transform((value) => value.normalize('NFC').replace(/\s+/gu, ' ').trim())
    .pipe(
      z
        .string()
        .min(1, 'must not be empty')
        .max(maximum)
        .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'has control characters'),
    );

/** An address as a person types it; checked and completed by the server. */
export const typedUrl = z.string().trim().min(1).max(4096);
