/**
 * Whether requests of people are being answered in this process, in memory that its threads see too: work that nobody
 * waits for stops for a moment, and the answer has the processor.
 */
export interface Courtesy {
  /** A request begins; answers how it ends. */
  enter(): () => void;
  /** For threads; see `createPauses`. */
  readonly shared: SharedArrayBuffer;
}

/** Longer than most answers take; what takes longer has to share. */
const PAUSE_MS = 25;
/** Who is answered later than this waits for something else: a model, a site. */
const LONGEST_MS = 250;

export function createCourtesy(): Courtesy {
  const shared = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const requests = new Int32Array(shared);
  return {
    shared,
    enter() {
      Atomics.add(requests, 0, 1);
      let isOver = false;
      const leave = (): void => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        if (Atomics.sub(requests, 0, 1) === 1) Atomics.notify(requests, 0);
      };
      const timer = setTimeout(leave, LONGEST_MS).unref();
      return leave;
    },
  };
}

/**
 * Called by a thread between two pieces of its work: waits while requests are answered, at most 25 ms, and at most half
 * of the time, so that work ends however many requests come. `shared` is that of the process's Courtesy (a thread has it
 * as `workerData`); without one nothing is waited for. Answers how long it waited, in milliseconds.
 */
export function createPauses(shared: unknown): () => number {
  if (!(shared instanceof SharedArrayBuffer)) return () => 0;
  const requests = new Int32Array(shared);
  let worksUntil = 0;
  return () => {
    const present = Atomics.load(requests, 0);
    const startedAt = performance.now();
    if (present === 0 || startedAt < worksUntil) return 0;
    // Wakes when the last one ends. If their number changed in this moment it does not wait; the next call does.
    Atomics.wait(requests, 0, present, PAUSE_MS);
    const endedAt = performance.now();
    worksUntil = endedAt + (endedAt - startedAt);
    return endedAt - startedAt;
  };
}
