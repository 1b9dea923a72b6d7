import { z } from 'zod';

/** What Inoreader answers, as far as it is used. Lists that lack a field are taken as they are; what has no id is left out. */
const text = z.string().max(2_000_000).catch('');

export const subscriptionList = z.object({
  subscriptions: z
    .array(
      z.object({
        id: z.string().max(4_000),
        title: z.string().max(2_000).optional(),
        categories: z.array(z.object({ id: z.string(), label: z.string().optional() })).default([]),
      }),
    )
    .max(50_000),
});

export const tagList = z.object({
  tags: z.array(z.object({ id: z.string().max(2_000), type: z.string().optional() })).max(50_000),
});

export const itemIds = z.object({
  itemRefs: z
    .array(
      z.object({ id: z.union([z.string(), z.number()]), timestampUsec: z.union([z.string(), z.number()]).optional() }),
    )
    .max(20_000)
    .default([]),
  continuation: z.union([z.string(), z.number()]).optional(),
});

const link = z.object({ href: z.string().max(8_000) });

export const itemContents = z.object({
  items: z
    .array(
      z.object({
        id: z.string().max(200),
        title: text.optional(),
        author: text.optional(),
        published: z.number().optional(),
        updated: z.number().optional(),
        canonical: z.array(link).optional().catch(undefined),
        alternate: z.array(link).optional().catch(undefined),
        summary: z.object({ content: text.optional() }).optional().catch(undefined),
        categories: z.array(z.string().max(2_000)).default([]),
        origin: z
          .object({ streamId: z.string().max(4_000), title: text.optional() })
          .optional()
          .catch(undefined),
        enclosure: z
          .array(
            z.object({
              href: z.string().max(8_000),
              type: z.string().max(200).optional(),
              length: z.coerce.number().optional().catch(undefined),
            }),
          )
          .optional()
          .catch(undefined),
      }),
    )
    .max(2_000)
    .default([]),
});
export type ItemContent = z.infer<typeof itemContents>['items'][number];

const LONG_FORM = 'tag:google.com,2005:reader/item/';

/**
 * An item's id as 16 hexadecimal digits, from the long form, or from a decimal number, signed or not, as lists have it;
 * null for what is none.
 */
export function itemHex(id: string | number): string | null {
  const given = String(id);
  if (given.startsWith(LONG_FORM)) {
    const hex = given.slice(LONG_FORM.length).toLowerCase();
    return /^[0-9a-f]{1,16}$/.test(hex) ? hex.padStart(16, '0') : null;
  }
  if (!/^-?\d{1,20}$/.test(given)) return null;
  return BigInt.asUintN(64, BigInt(given)).toString(16).padStart(16, '0');
}

export function longItemId(hex: string): string {
  return LONG_FORM + hex;
}

/** The name behind `user/<whoever>/label/`; null for what is no label. */
export function labelOf(tag: string): string | null {
  return /^user\/[^/]+\/label\/(.+)$/s.exec(tag)?.[1] ?? null;
}

/** Whether a category is this state: `read`, `starred`. */
export function isState(category: string, name: string): boolean {
  return new RegExp(`^user/[^/]+/state/com\\.google/${name}$`).test(category);
}
