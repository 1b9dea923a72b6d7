import { createHash, randomBytes } from 'node:crypto';
import {
  createRecapFeed,
  deleteRecapFeed,
  Problem,
  type RecapDelivery,
  readRecapDelivery,
  readRecapFeed,
  writeRecapDelivery,
} from '@alt/contracts';
import { type Route, reply, route } from '@alt/service-kit';
import * as outlets from '../store/recap-outlets.ts';
import { recapsOfFeed } from '../store/recaps.ts';
import { consentRoutes } from './consent.ts';
import { recapRss } from './feed.ts';
import { presentRecap } from './keeping.ts';
import { presentMailTrouble } from './mail-troubles.ts';
import type { RecapTools } from './routes.ts';
import { recapWording } from './wording.ts';

const FEED_ITEMS = 30;

/** How recaps leave: by mail, and by a feed behind a secret address. */
export function recapOutletRoutes({ asReader, canMail, database, publicUrl, ...tools }: RecapTools): Route[] {
  return [
    ...consentRoutes({ database, publicUrl }),
    route(readRecapDelivery, async ({ reader }) =>
      asReader(reader, async (tx, readerId) => {
        await outlets.followAddress(tx, readerId, reader.email);
        return presentDelivery(await outlets.findOutlet(tx, readerId), canMail);
      }),
    ),

    route(writeRecapDelivery, async ({ body: { mail }, reader }) => {
      const isWanted = mail.daily || mail.weekly;
      if (isWanted && !canMail) {
        throw new Problem('invalid-request', 'This Alt cannot send mail. Whoever runs it can set SMTP_URL.');
      }
      if (isWanted && !reader.email) throw new Problem('invalid-request', 'Your account has no e-mail address.');
      const wish = { daily: mail.daily ?? null, weekly: mail.weekly ?? null };
      const delivery = await asReader(reader, async (tx, readerId) => {
        await outlets.writeMail(tx, readerId, wish, reader.email);
        return presentDelivery(await outlets.findOutlet(tx, readerId), canMail);
      });
      tools.onWished();
      return delivery;
    }),

    route(createRecapFeed, async ({ reader }) => {
      const secret = randomBytes(32).toString('base64url');
      await asReader(reader, (tx, readerId) => outlets.writeFeedSecret(tx, readerId, hashOf(secret)));
      return { url: new URL(`/v1/recaps/feed/${secret}`, publicUrl).href };
    }),

    route(deleteRecapFeed, async ({ reader }) => {
      await asReader(reader, (tx, readerId) => outlets.endFeedSecret(tx, readerId));
      return reply(204, undefined);
    }),

    route(readRecapFeed, async ({ params, request }) => {
      await tools.untilCurrent();
      const found = await recapsOfFeed(database, hashOf(params.secret), FEED_ITEMS);
      if (!found) throw new Problem('not-found', 'There is no such feed.');
      const { body, etag } = recapRss(found.recaps.map(presentRecap), recapWording(found.language), publicUrl);
      const headers = { etag, 'cache-control': 'private, max-age=300', 'x-robots-tag': 'noindex' };
      if (request.headers.get('if-none-match')?.includes(etag)) return new Response(null, { status: 304, headers });
      return new Response(body, { headers: { ...headers, 'content-type': 'application/rss+xml; charset=utf-8' } });
    }),
  ];
}

function presentDelivery(outlet: outlets.RecapOutlet | null, canMail: boolean): RecapDelivery {
  return {
    feed: { isEnabled: outlet?.hasFeed ?? false, createdAt: outlet?.feedCreatedAt?.toISOString() ?? null },
    mail: {
      isPossible: canMail,
      daily: outlet?.isDailyMailed ?? false,
      weekly: outlet?.isWeeklyMailed ?? false,
      address: outlet?.mailTo ?? null,
      confirmation: !outlet?.mailTo ? 'none' : outlet.isMailConfirmed ? 'confirmed' : 'unconfirmed',
      confirmationSentAt: outlet?.confirmationSentAt?.toISOString() ?? null,
      ...presentMailTrouble(outlet?.mailError ?? null),
    },
  };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
