import { z } from 'zod';

/** What it serves is built beside it; where Kratos keeps identities, its pages are passed on. */
export const config = z
  .object({
    ALT_IDENTITY_PROVIDER: z.enum(['embedded', 'kratos'], 'must be embedded or kratos').default('embedded'),
    /** Where Kratos is asked as everybody may ask it. */
    KRATOS_PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  })
  .refine(({ ALT_IDENTITY_PROVIDER: provider, KRATOS_PUBLIC_URL: url }) => provider !== 'kratos' || url !== undefined, {
    path: ['KRATOS_PUBLIC_URL'],
    message: 'is missing: Kratos needs it',
  })
  .transform(({ ALT_IDENTITY_PROVIDER: provider, KRATOS_PUBLIC_URL: url }) => ({
    kratosUrl: provider === 'kratos' ? (url ?? null) : null,
  }));
export type Config = z.infer<typeof config>;
