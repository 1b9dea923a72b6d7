import { Problem, type Recap, type RecapDelay } from '@alt/contracts';
import type { PeerFetch } from '@alt/service-kit';
import { recapOf, type StoredRecap } from '../store/recaps.ts';
import { buildRecap, type InReader } from './building.ts';
import type { RecapWindow } from './window.ts';

/** A recap that is not final is built again after so long; what a model wrote is not had for nothing. */
const FRESH_MS = { extractive: 60_000, model: 15 * 60_000 };
/** Of one reader who asks; each is work for a model, and goes on when they ask for the next. */
const BUILT_AT_ONCE = 2;
/** A model may need minutes; nobody waits for it with an open request. */
const WAIT_MS = 25_000;

export interface RecapKeeping {
  /**
   * The recap of a window: what is stored, else built now. Of several who ask at once one builds. Throws a Problem where
   * it cannot be built, or is not yet ready; then it goes on in the background. A reader has two built at once at most.
   */
  ensure(
    who: { userId: string; inReader: InReader },
    window: RecapWindow,
    from: { requestId: string; priority: 'reader' | 'background' },
  ): Promise<StoredRecap>;
  /** Waits for what is being built. */
  stop(): Promise<void>;
}

export function createRecapKeeping(creator: PeerFetch, now: () => Date, signal: AbortSignal): RecapKeeping {
  const building = new Map<string, Promise<void>>();

  const runningFor = (userId: string) => [...building.keys()].filter((key) => key.startsWith(`${userId}/`)).length;
  const build = (...[{ userId, inReader }, window, from]: Parameters<RecapKeeping['ensure']>) => {
    const key = `${userId}/${window.period}/${window.date}/${window.timeZone}`;
    const running = building.get(key);
    if (running) return running;
    if (from.priority === 'reader' && runningFor(userId) >= BUILT_AT_ONCE) throw tooMany();
    const started = buildRecap(inReader, creator, window, { now: now(), signal, ...from }).finally(() => {
      building.delete(key);
    });
    building.set(key, started);
    started.catch(() => {}); // whoever waits hears of it; nobody may be left
    return started;
  };

  return {
    async ensure(who, window, from) {
      const look = () => who.inReader((tx, readerId) => recapOf(tx, readerId, window.period, window.date));
      const stored = await look();
      if (stored && (stored.isFinal || isFresh(stored, now()))) return stored;
      await inTime(build(who, window, from));
      const built = await look();
      if (!built) throw new Problem('unavailable', 'The recap could not be built just now. Try again in a moment.');
      return built;
    },
    async stop() {
      await Promise.allSettled(building.values());
    },
  };
}

function tooMany(): Problem {
  return new Problem('too-many-requests', 'Other recaps of yours are still being written. Wait for them first.', {
    headers: { 'retry-after': '30' },
  });
}

/** An empty one is looked at anew every time: that costs one query. */
function isFresh({ storyCount, engine, builtAt }: StoredRecap, now: Date): boolean {
  const ageMs = now.getTime() - builtAt.getTime();
  return storyCount > 0 && ageMs < (engine === 'extractive' ? FRESH_MS.extractive : FRESH_MS.model);
}

async function inTime(work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(
        new Problem('unavailable', 'The recap is still being written. Ask again in a minute.', {
          extra: { unavailableCode: 'being-written' satisfies RecapDelay },
        }),
      ),
    WAIT_MS,
  );
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

export function presentRecap({ startsAt, endsAt, builtAt, ...recap }: StoredRecap): Recap {
  const { id, period, date, timeZone, isFinal, articleCount, storyCount, topics, engine } = recap;
  return {
    id,
    period,
    date,
    timeZone,
    from: startsAt.toISOString(),
    to: endsAt.toISOString(),
    isFinal,
    builtAt: builtAt.toISOString(),
    articleCount,
    storyCount,
    topics,
    engine,
  };
}
