import { type Counters, defaultSettings, type Entry } from '@alt/contracts';
import { type Database, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import type { Reader, RouteContext } from '@alt/service-kit';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { entryRoutes, settleAll } from '../entries.ts';
import { createImageAddresses } from '../image-address.ts';
import { settleFinish, settleNext } from './counters.ts';
import { createAsReader, writeSettings } from './readers.ts';
import { subscribe, unsubscribe } from './subscriptions.ts';

/** What a reader did and received, kept the simple way; the database must never say anything else. */
interface Model {
  lastDocuments: Map<number, number[]>;
  readers: { subscriptions: Map<number, number>; entries: Map<number, ModelEntry> }[];
}

interface ModelEntry {
  id: number;
  feedId: number;
  sortAt: number;
  receivedAt: number;
  isRead: boolean;
  isStarred: boolean;
  isLabelled: boolean;
}

const FEEDS = 3;
const READERS = 2;
const DAY_MS = 86_400_000;
const RETAINED_DAYS = 20;
const isLong = process.env.ALT_TEST_LONG === '1';

const which = fc.nat({ max: 30 });
const reader = fc.nat({ max: READERS - 1 });
const feed = fc.integer({ min: 1, max: FEEDS });
const picked = fc.array(which, { minLength: 1, maxLength: 4 });
const steps = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver' as const), feed, ages: fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('subscribe' as const), reader, feed }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), reader, feed }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('change' as const), reader, picked, read: fc.option(fc.boolean()), starred: fc.option(fc.boolean()), labelled: fc.option(fc.boolean()) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('mark' as const), reader, feed: fc.option(feed), age: fc.option(fc.nat({ max: 40 })) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('settle' as const), batch: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('touch' as const), picked }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('retain' as const), reader }) },
);
type Step = typeof steps extends fc.Arbitrary<infer Value> ? Value : never;
