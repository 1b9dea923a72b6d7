import { randomUUID } from 'node:crypto';
import type { RecapPeriod } from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import type { Logger } from '@alt/service-kit';
import { readSettings } from '../store/readers.ts';
import * as outlets from '../store/recap-outlets.ts';
import { findRecap } from '../store/recaps.ts';
import { presentRecap, type RecapKeeping } from './keeping.ts';
import type { SendRecap } from './mail.ts';
import { lastWindow } from './window.ts';
import { recapWording } from './wording.ts';

export interface Delivering {
  /** One round: looks after everybody whose recap is due. */
  deliver(): Promise<void>;
  stop(): Promise<void>;
}

interface Tools {
  database: Database;
  keeping: RecapKeeping;
  /** Null where no relay is configured. */
  sendRecap: SendRecap | null;
  log: Logger;
  now(): Date;
}

const ROUND_MS = 60_000;
const BATCH = 20;
/** Failed work is taken up again after the lease. */
const LEASE_SECONDS = 15 * 60;
const NEXT_CHECK_SECONDS = 20 * 60;
/** After midnight, when the reader still sleeps. */
const READY_AFTER_MS = 5 * 3_600_000;
const MAIL_ATTEMPTS = 8;
const PERIODS: readonly RecapPeriod[] = ['daily', 'weekly'];

/** Builds and sends the recaps of readers who have them by feed or mail, in any number of processes. */
export function startDelivering(tools: Tools): Delivering {
  const stopping = new AbortController();
  let running: Promise<void> | null = null;

  const round = async () => {
    for (;;) {
      const claimed = await outlets.claimOutlets(tools.database, BATCH, LEASE_SECONDS);
      for (const outlet of claimed) {
        if (stopping.signal.aborted) return;
        await lookAfter(tools, outlet).catch((error: unknown) =>
          tools.log.warn({ error: String(error) }, 'a recap could not be delivered; it will be tried again'),
        );
      }
      if (claimed.length < BATCH) return;
    }
  };
  const deliver = () => {
    running ??= round()
      .catch((error: unknown) => tools.log.warn({ error: String(error) }, 'recaps are not delivered just now'))
      .finally(() => {
        running = null;
      });
    return running;
  };

  const timer = setInterval(() => void deliver(), ROUND_MS);
  timer.unref();
  return {
    deliver,
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
  };
}

async function lookAfter(tools: Tools, { readerId, userId, tenantId }: outlets.ClaimedOutlet): Promise<void> {
  const inReader = <T>(work: (tx: Queryable, readerId: number) => Promise<T>) =>
    tools.database.asReader({ userId, tenantId }, (tx) => work(tx, readerId));
  const { timeZone, language } = await inReader(readSettings);
  const who = { userId: `${tenantId}/${userId}`, inReader };
  for (const period of PERIODS) {
    const window = lastWindow(period, tools.now(), timeZone);
    if (tools.now().getTime() < window.to.getTime() + READY_AFTER_MS) continue;
    await tools.keeping.ensure(who, window, { requestId: randomUUID(), priority: 'background' });
    if (tools.sendRecap) await mail(tools.sendRecap, inReader, window, language);
  }
  await inReader((tx) => outlets.checkAgainAfter(tx, readerId, NEXT_CHECK_SECONDS));
}

/** Sends what has not gone. One that the relay takes is noted at once; why it took none the reader can see. */
async function mail(
  sendRecap: SendRecap,
  inReader: <T>(work: (tx: Queryable, readerId: number) => Promise<T>) => Promise<T>,
  window: { period: RecapPeriod; date: string },
  language: string,
): Promise<void> {
  const due = await inReader(async (tx, readerId) => {
    const unmailed = await outlets.unmailedRecap(tx, readerId, window, MAIL_ATTEMPTS);
    const recap = unmailed && (await findRecap(tx, readerId, unmailed.id));
    const to = (await outlets.findOutlet(tx, readerId))?.mailTo;
    return recap && to ? { recap, to } : null;
  });
  if (!due) return;
  const outcome = await sendRecap(presentRecap(due.recap), due.to, recapWording(language)).then(
    () => ({ error: null, isAttempt: true }),
    (reason: unknown) => ({ error: sentenceOf(reason), isAttempt: isRefusal(reason) }),
  );
  await inReader((tx, readerId) => outlets.noteMailed(tx, readerId, due.recap.id, outcome));
  if (outcome.error !== null) throw new Error(outcome.error);
}

function sentenceOf(reason: unknown): string {
  return (reason instanceof Error ? reason.message : String(reason)).slice(0, 500);
}

/** The relay answered, and for good (RFC 5321, 4.2.1); anything else may be over the next time. */
function isRefusal(reason: unknown): boolean {
  return Number((reason as { responseCode?: unknown })?.responseCode ?? 0) >= 500;
}
