import type { CreatedRecap, RecapCluster } from '@alt/contracts';
import { statement } from '@alt/database';
import { createLogger, type PeerFetch, type Reader } from '@alt/service-kit';
import { creatorStream, standIn, type TestBackend } from '../testing.ts';
import { startDelivering } from './delivering.ts';
import { createRecapKeeping } from './keeping.ts';
import type { RecapMailer } from './mail.ts';
import { recapRoutes } from './routes.ts';

/** A Saturday. */
export const NOW = new Date('2026-11-21T12:00:00.000Z');
export const PUBLIC_URL = new URL('https://alt.example');

/** news-creator, as far as its contract goes: every cluster is a story, of the topic of its first tag. */
export function recapCreator() {
  return standIn((_path, { clusters }: { clusters: RecapCluster[] }) => {
    const byTopic = Map.groupBy(clusters, ({ tags }) => tags[0] ?? 'News');
    const result: CreatedRecap = {
      topics: [...byTopic].map(([name, inTopic]) => ({
        name,
        stories: inTopic.map(({ id, articles, feedCount }) => ({
          clusterId: id,
          articleId: articles[0]?.id ?? '',
          title: articles[0]?.title ?? '',
          summary: articles[0]?.text.slice(0, 80) ?? '',
          sentences: [],
          score: feedCount,
          reasons: [{ code: 'many-feeds' as const, count: feedCount, tag: null }],
        })),
      })),
      leftOut: [],
      engine: 'extractive',
    };
    return creatorStream({ type: 'waiting', position: 1 }, { type: 'result', result });
  });
}

/** The recaps of a database, at a time that the test sets. */
export function openRecaps(
  backend: TestBackend,
  creator: PeerFetch,
  options: { mailer?: RecapMailer; untilCurrent?: () => Promise<void> } = {},
) {
  const clock = { now: NOW };
  const now = () => clock.now;
  const { asReader, database } = backend;
  const keeping = createRecapKeeping(creator, now, new AbortController().signal);
  const mailer = options.mailer ?? null;
  const client = backend.serve(
    recapRoutes({
      asReader,
      database,
      keeping,
      publicUrl: PUBLIC_URL,
      canMail: mailer !== null,
      now,
      onWished() {},
      untilCurrent: options.untilCurrent ?? (async () => {}),
    }),
  );
  const delivering = startDelivering({
    database,
    keeping,
    mailer,
    log: createLogger('silent'),
    jobs: { watched: (_name, _everyMs, work) => work },
    now,
  });
  return { clock, client, delivering, keeping };
}

const fold = statement(
  'recap_test_fold',
  `update entries set folded_into = $2 where article_id = any($1) and reader_id in (
     select reader_id from entries where article_id = $2)`,
);

export async function foldInto(backend: TestBackend, head: number, ...ids: number[]): Promise<void> {
  await backend.superuser.run(fold, [ids, head]);
}

const setZone = statement(
  'recap_test_zone',
  `update readers set settings = settings || jsonb_build_object('timeZone', $2::text) where user_id = $1`,
);

export async function liveIn(backend: TestBackend, reader: Reader, timeZone: string): Promise<void> {
  await backend.asReader(reader, async () => {});
  await backend.superuser.run(setZone, [reader.userId, timeZone]);
}
