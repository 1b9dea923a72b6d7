import { type Queryable, statement } from '@alt/database';
import { createTestDatabase, type TestDatabase } from '@alt/database/testing.ts';
import { explaining, type PlanMode, type Seen } from '@alt/testing/explaining.ts';
import { LARGE_READER, type LargeReader, loadLargeReader } from '@alt/testing/large-reader.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { computeCounters } from '../counters.ts';
import type { ListKey } from '../cursor.ts';
import { settleAll } from '../entries.ts';
import { changedEntries, markedFeeds, readRevisions } from './changes.ts';
import * as counters from './counters.ts';
import { entryContent, entryDetails, entryState, updateEntries } from './entries.ts';
import { addLabels, listLabels, removeLabels } from './labels.ts';
import { type ListFilter, type ListedEntry, listPage } from './lists.ts';
import { createAsReader, readStats } from './readers.ts';

/** Prepared statements are planned for their values at first and without them later; both plans must be good. */
const MODES: PlanMode[] = ['force_custom_plan', 'force_generic_plan'];
const VIEWS = ['unread', 'read', 'starred', 'all'] as const;
const ORDERS = ['newest', 'oldest'] as const;
const LIMIT = 51;
const LARGE_TABLES = ['entries', 'articles', 'article_contents', 'article_tags', 'entry_labels'];

/** Of any page at any depth: 300 heads, twice where read and unread lie apart, and half of the squared page. */
const ROWS_OF_A_PAGE = 5_000;
const ROWS_SORTED = 1_000;
const BLOCKS_OF_A_PAGE = 10_000;

interface Large {
  database: TestDatabase;
  ids: LargeReader;
  scopes: { name: string; feedIds: number[] | null; middle: ListKey }[];
  asReader<T>(work: (tx: Queryable) => Promise<T>): Promise<T>;
}

/** A reader with 1,000 feeds of so many entries each, loaded once for all tests of the run. */
async function openLarge(perFeed: number): Promise<Large> {
  const database = await createTestDatabase({
    template: {
      name: `large_reader_${perFeed}`,
      prepare: async (draft) => {
        await loadLargeReader(draft.superuser('alt'), { perFeed });
      },
    },
  });
  const superuser = database.superuser('alt');
  const ids = await superuser.one(selectLarge);
  if (!ids) throw new Error('there is no large reader');
  const asReader = createAsReader(database.connectAs('alt_backend'));
  const feedsIn = async (folders: string) => (await superuser.all(selectFeedsIn, [folders])).map(({ id }) => id);
  const scopes = await Promise.all(
    Object.entries({
      'all feeds': null,
      'one feed': (await feedsIn('Below %')).slice(0, 1),
      'a folder of 300 feeds': await feedsIn('Below %'),
      'a folder of old entries': await feedsIn('Old'),
    }).map(async ([name, feedIds]) => {
      const middle = await superuser.one(selectMiddle, [feedIds]);
      if (!middle) throw new Error(`${name} is empty`);
      return { name, feedIds, middle };
    }),
  );
  return { database, ids, scopes, asReader: (work) => asReader(LARGE, work) };
}

const LARGE = { ...LARGE_READER, role: 'owner', email: '', name: '', sessionId: null, keyId: null, csrfToken: null } as const;
