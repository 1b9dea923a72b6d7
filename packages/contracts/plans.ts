import { z } from 'zod';

/** What a tenant can have only so much of. Users are its members; feeds are counted once, however many members follow one. */
export const limitKinds = ['users', 'feeds', 'articlesKept', 'llmRequestsPerMonth', 'projects'] as const;
export type LimitKind = (typeof limitKinds)[number];
export type Limits = Partial<Record<LimitKind, number>>;

/** The plans that a tenant can be on. What a plan does not name is without limit. */
export const plans = {
  unlimited: {},
  small: { users: 5, feeds: 200, articlesKept: 100_000, llmRequestsPerMonth: 1_000, projects: 5 },
  team: { users: 25, feeds: 2_000, articlesKept: 1_000_000, llmRequestsPerMonth: 20_000, projects: 50 },
  company: { users: 500, feeds: 20_000, articlesKept: 10_000_000, llmRequestsPerMonth: 500_000, projects: 1_000 },
} as const satisfies Record<string, Limits>;
export type PlanName = keyof typeof plans;

export const planName = z.enum(Object.keys(plans) as [PlanName, ...PlanName[]]);
export const limitKind = z.enum(limitKinds);

const amount = z.int().min(0).max(1_000_000_000);

/** A tenant's own limits in place of its plan's: a number, or null for none. What is not named, the plan says. */
export const limitOverrides = z.partialRecord(limitKind, amount.nullable());
export type LimitOverrides = z.infer<typeof limitOverrides>;

/** From this share on a limit is near, and pages say so. */
export const NEAR_SHARE = 0.8;
