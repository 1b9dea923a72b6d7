import { randomUUID } from 'node:crypto';
import type { RecapPeriod } from '@alt/contracts';
import type { Database, Queryable } from '@alt/database';
import { type Jobs, type Logger, oneAtATime } from '@alt/service-kit';
import { readSettings } from '../store/readers.ts';
import * as mails from '../store/recap-mails.ts';
import * as outlets from '../store/recap-outlets.ts';
import { findRecap } from '../store/recaps.ts';
import type { InReader } from './building.ts';
import { presentRecap, type RecapKeeping } from './keeping.ts';
import type { RecapMailer } from './mail.ts';
import { dueWindows, type RecapWindow } from './window.ts';
import { type RecapWording, recapWording } from './wording.ts';

export interface Delivering {
  /** One round: looks after everybody whose recap is due. */
  deliver(): Promise<void>;
  stop(): Promise<void>;
}

interface Tools {
  database: Database;
  keeping: RecapKeeping;
  /** Null where no relay is configured. */
  mailer: RecapMailer | null;
  log: Logger;
  jobs: Jobs;
  now(): Date;
}

const ROUND_MS = 60_000;
/** Readers looked after at once: a thousand, each half a minute of somebody's model, are done in two hours. */
const AT_ONCE = 4;
/** For one window, which takes a minute at most; renewed for the next. Failed work is taken up again after it. */
const LEASE_SECONDS = 15 * 60;
const NEXT_CHECK_SECONDS = 20 * 60;
/** After midnight, when the reader still sleeps. */
const READY_AFTER_MS = 5 * 3_600_000;
const PERIODS: readonly RecapPeriod[] = ['daily', 'weekly'];

/** Builds and sends the recaps of readers who have them by feed or mail, in any number of processes. */
export function startDelivering(tools: Tools): Delivering {
  const work = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const [outlet] = await outlets.claimOutlets(tools.database, 1, LEASE_SECONDS);
      if (!outlet) return;
      await lookAfter(tools, outlet).catch((error: unknown) =>
        tools.log.warn({ error: String(error) }, 'a recap could not be delivered; it will be tried again'),
      );
    }
  };
  const rounds = oneAtATime(
    tools.jobs.watched('recaps', ROUND_MS, (signal: AbortSignal) =>
      Promise.all(Array.from({ length: AT_ONCE }, () => work(signal))),
    ),
    (error) => tools.log.warn({ error: String(error) }, 'recaps are not delivered just now'),
  );
  const timer = setInterval(rounds.ask, ROUND_MS).unref();
  return {
    deliver: rounds.ask,
    async stop() {
      clearInterval(timer);
      await rounds.stop();
    },
  };
}

interface Reader {
  who: { userId: string; inReader: InReader };
  timeZone: string;
  wording: RecapWording;
}

async function lookAfter(tools: Tools, { readerId, userId, tenantId }: outlets.ClaimedOutlet): Promise<void> {
  const inReader: InReader = (work) => tools.database.asReader({ userId, tenantId }, (tx) => work(tx, readerId));
  const { timeZone, language } = await inReader(readSettings);
  const reader = { who: { userId: `${tenantId}/${userId}`, inReader }, timeZone, wording: recapWording(language) };
  if (tools.mailer) await askOnce(tools.mailer, reader);
  for (const period of PERIODS) await catchUp(tools, reader, period);
  await inReader((tx) => outlets.checkAgainAfter(tx, readerId, NEXT_CHECK_SECONDS));
}

/** Every window since the last one that was done, the oldest first; what fails is begun with the next time. */
async function catchUp(tools: Tools, reader: Reader, period: RecapPeriod): Promise<void> {
  const { inReader } = reader.who;
  const outlet = await inReader(outlets.findOutlet);
  const isMailed = period === 'daily' ? outlet?.isDailyMailed : outlet?.isWeeklyMailed;
  if (!outlet?.hasFeed && !(isMailed && outlet?.isMailConfirmed && tools.mailer)) return;
  const now = tools.now();
  for (const window of dueWindows(period, now, reader.timeZone, outlet.done[period])) {
    if (now.getTime() < window.to.getTime() + READY_AFTER_MS) return;
    await inReader((tx, readerId) => outlets.checkAgainAfter(tx, readerId, LEASE_SECONDS));
    await tools.keeping.ensure(reader.who, window, { requestId: randomUUID(), priority: 'background' });
    if (tools.mailer) await mail(tools.mailer, reader, window);
    await inReader((tx, readerId) => outlets.noteDone(tx, readerId, period, window.date));
  }
}

/** Sends what has not gone. One that the relay takes is noted at once; why it took none the reader can see. */
async function mail(mailer: RecapMailer, { who: { inReader }, wording }: Reader, window: RecapWindow): Promise<void> {
  const due = await inReader(async (tx, readerId) => {
    const to = await mails.claimUnmailed(tx, readerId, window);
    const recap = to && (await findRecap(tx, readerId, to.id));
    return recap && { recap, to };
  });
  if (!due) return;
  await attempt(mailer.sendRecap(presentRecap(due.recap), due.to, wording), inReader, (tx, readerId, outcome) =>
    mails.noteMailed(tx, readerId, due.recap.id, outcome),
  );
}

/** The one mail that goes to an address before whoever reads it has agreed. */
async function askOnce(mailer: RecapMailer, { who: { inReader }, wording }: Reader): Promise<void> {
  const to = await inReader(mails.claimConfirmation);
  if (!to) return;
  await attempt(mailer.askConsent(to, wording), inReader, (tx, readerId, outcome) =>
    mails.noteConfirmation(tx, readerId, to, outcome),
  );
}

async function attempt(
  sending: Promise<void>,
  inReader: InReader,
  note: (tx: Queryable, readerId: number, outcome: mails.MailOutcome) => Promise<void>,
): Promise<void> {
  const outcome = await sending.then(
    () => ({ error: null, isAttempt: true }),
    (reason: unknown) => ({ error: sentenceOf(reason), isAttempt: isRefusal(reason) }),
  );
  await inReader((tx, readerId) => note(tx, readerId, outcome));
  if (outcome.error !== null) throw new Error(outcome.error);
}

function sentenceOf(reason: unknown): string {
  return (reason instanceof Error ? reason.message : String(reason)).slice(0, 500);
}

/** The relay answered, and for good (RFC 5321, 4.2.1); anything else may be over the next time. */
function isRefusal(reason: unknown): boolean {
  return Number((reason as { responseCode?: unknown })?.responseCode ?? 0) >= 500;
}
