import type { Database } from '@alt/database';
import { type Asking, Pause, Refusal } from './asking.ts';
import { isMassRemoval, labelTag, READ, READING_LIST, STARRED } from './merging.ts';
import { type Claim, type Listing, type Progress, readConnection, saveProgress } from './store/connections.ts';
import * as items from './store/items.ts';
import { itemHex, itemIds } from './wire.ts';

const PAGE = 1_000;
const RESTARTS_MAXIMUM = 3;
/** Items that Inoreader received so long before the newest one that was seen are asked for again. */
const OVERLAP_SECONDS = 600;
/** What is asked of the past at first contact, besides all that is unread, starred or labelled. */
const FIRST_DAYS = 7;
/** The rest of a long list waits for the next run. */
const PAGES_A_RUN = 20;
/** A list is over after so many pages, whatever it says: 200,000 items. */
const PAGES_MAXIMUM = 200;

/** Orders a look: which ids are new, unread, starred; with `labels`, also which have each label. */
export function queueLook(progress: Progress, now: Date, withLabels: boolean): Progress {
  const kinds: Progress['queue'] = (['arrivals', 'unread', 'starred'] as const).map((kind) => ({ kind, label: '' }));
  const labels: Progress['queue'] = withLabels ? progress.labels.map((label) => ({ kind: 'label', label })) : [];
  return { ...progress, lookedAt: now, lookCost: 0, queue: [...kinds, ...labels] };
}

/** Goes on with the look that was ordered, page by page, until it is done. Each page is durable before the next is asked. */
export async function continueLook(database: Database, asking: Asking, of: Claim): Promise<void> {
  for (let pages = 0; pages < PAGES_A_RUN; pages += 1) {
    const connection = await database.asReader(of, (tx) => readConnection(tx, of.id));
    if (!connection) throw new Pause('superseded', 'disconnected', 'The account is not connected any more.');
    const running = isRunning(connection.progress)
      ? connection.progress
      : await begin(database, of, connection.progress);
    if (running === null) return;
    await askPage(database, asking, of, running, connection.createdAt);
  }
}

/** Begins the next list of the queue; null if all are done. */
async function begin(database: Database, of: Claim, progress: Progress): Promise<Running | null> {
  const [next, ...queue] = progress.queue;
  if (!next) return null;
  // The number of its first page is taken when that is asked.
  const listing: Listing = { ...next, continuation: null, startedStep: 0, pages: 0, restarts: 0, newest: 0 };
  const running = { ...progress, queue, listing };
  await database.asReader(of, async (tx) => {
    await items.clearSeen(tx, of.id);
    await saveProgress(tx, of.id, running);
  });
  return running;
}

type Running = Progress & { listing: Listing };

function isRunning(progress: Progress): progress is Running {
  return progress.listing !== null;
}

async function askPage(database: Database, asking: Asking, of: Claim, progress: Running, createdAt: Date) {
  const { listing } = progress;
  const { value, step } = await asking
    .read('stream/items/ids', parametersOf(progress, createdAt), itemIds)
    .catch(async (error: unknown) => {
      if (!(error instanceof Refusal)) throw error;
      await restart(database, of, progress);
      return { value: null, step: 0 };
    });
  if (value === null) return;
  const page = value.itemRefs.flatMap(({ id, timestampUsec }) => {
    const item = itemHex(id);
    return item === null ? [] : [{ item, stamp: microseconds(timestampUsec) }];
  });
  const continuation = value.continuation === undefined ? null : String(value.continuation);
  await database.asReader(of, async (tx) => {
    const startedStep = listing.pages === 0 ? step : listing.startedStep;
    const fresh = await items.addPage(tx, of.id, page, listing.kind !== 'unread');
    const newest = Math.max(listing.newest, ...page.map(({ stamp }) => stamp));
    const next: Listing = { ...listing, startedStep, newest, continuation, pages: listing.pages + 1 };
    const cost = progress.lookCost + (listing.kind === 'label' ? 0 : 1);
    const after = { ...progress, lookCost: cost, listing: next };
    const isEndless = next.pages >= PAGES_MAXIMUM || (continuation !== null && fresh === 0);
    if (isEndless) await saveProgress(tx, of.id, restarted(after));
    else if (continuation !== null) await saveProgress(tx, of.id, after);
    else await finish(tx, of, after, page.length === 0 && next.pages > 1);
  });
}

function parametersOf({ listing, newest }: Running, createdAt: Date): [string, string][] {
  const parameters: [string, string][] = [['n', String(PAGE)]];
  const stream =
    listing.kind === 'starred' ? STARRED : listing.kind === 'label' ? labelTag(listing.label) : READING_LIST;
  parameters.push(['s', stream]);
  if (listing.kind === 'unread') parameters.push(['xt', READ]);
  if (listing.kind === 'arrivals') {
    const first = Math.floor(createdAt.getTime() / 1_000) - FIRST_DAYS * 86_400;
    const since = newest === 0 ? first : Math.floor(newest / 1_000_000) - OVERLAP_SECONDS;
    parameters.push(['ot', String(since)]);
  }
  if (listing.continuation !== null) parameters.push(['c', listing.continuation]);
  return parameters;
}

/** The continuation is not good any more: the list begins anew; one that cannot be ended is left until the next look. */
async function restart(database: Database, of: Claim, progress: Running): Promise<void> {
  await database.asReader(of, async (tx) => {
    await items.clearSeen(tx, of.id);
    await saveProgress(tx, of.id, restarted(progress));
  });
}

function restarted(progress: Running): Progress {
  const { listing } = progress;
  if (listing.continuation === null || listing.restarts >= RESTARTS_MAXIMUM) return { ...progress, listing: null };
  return { ...progress, listing: { ...listing, continuation: null, pages: 0, restarts: listing.restarts + 1 } };
}

type Transaction = Parameters<typeof items.clearSeen>[0];

/** A list came to its end: what it shows and does not show counts, unless so much is missing that a second one shall say so too. */
async function finish(tx: Transaction, of: Claim, progress: Running, endsEmpty: boolean): Promise<void> {
  const { listing } = progress;
  const { kind, label, startedStep } = listing;
  let doubted = progress.doubted;
  if (kind !== 'arrivals') {
    const name = `${kind}/${label}`;
    const { before, gone, seen } = await items.countGone(tx, of.id, kind, startedStep, label);
    const isDoubtful = gone > 0 && (seen === 0 || endsEmpty || isMassRemoval(before, gone));
    const onlyAdd = isDoubtful && !doubted.includes(name);
    doubted = doubted.filter((other) => other !== name);
    if (onlyAdd) doubted.push(name);
    await items.believe(tx, of.id, { kind, label, startedStep }, onlyAdd);
  }
  await items.clearSeen(tx, of.id);
  const newest = kind === 'arrivals' ? Math.max(progress.newest, listing.newest) : progress.newest;
  await saveProgress(tx, of.id, { ...progress, doubted, newest, listing: null });
}

/** Of labels that Inoreader has no more: as a list without items, which has to be so twice. */
export function withoutLabel(tx: Transaction, of: Claim, progress: Progress, label: string, step: number) {
  const listing: Listing = {
    kind: 'label',
    label,
    continuation: null,
    startedStep: step,
    pages: 1,
    restarts: 0,
    newest: 0,
  };
  return finish(tx, of, { ...progress, listing }, false);
}

function microseconds(value: string | number | undefined): number {
  const number = Number(value ?? 0);
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}
