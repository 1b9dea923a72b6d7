import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test } from 'vitest';
import { createCourtesy, createPauses } from './courtesy.ts';

const LONG_MS = 60_000;
const workers: Worker[] = [];
afterEach(() => Promise.all(workers.splice(0).map((worker) => worker.terminate())));

/** A thread that works in pieces and tells how long it waited before each. */
function startThread(shared: SharedArrayBuffer, pieces: number): Worker {
  const module = JSON.stringify(new URL('./courtesy.ts', import.meta.url).href);
  const code = `import { parentPort, workerData } from 'node:worker_threads';
    import { createPauses } from ${module};
    const pause = createPauses(workerData);
    for (let piece = 0; piece < ${pieces}; piece += 1) parentPort.postMessage(pause());`;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData: shared });
  workers.push(worker);
  return worker;
}

test('work does not wait where nobody is being answered', async () => {
  const { shared, enter } = createCourtesy();
  enter()();
  const [waited] = await once(startThread(shared, 1), 'message');
  expect(waited).toBe(0);
});

test(
  'work waits for requests, but at most half of its time',
  async () => {
    const { shared, enter } = createCourtesy();
    const leave = enter();
    const waits: number[] = [];
    const thread = startThread(shared, 2_000);
    thread.on('message', (waited: number) => waits.push(waited));
    await once(thread, 'exit');
    leave();
    expect(waits).toHaveLength(2_000);
    expect(waits[0]).toBeGreaterThan(0);
    expect(waits[1]).toBe(0);
  },
  LONG_MS,
);

test(
  'a request ends once, and by itself when it takes long',
  async () => {
    const { shared, enter } = createCourtesy();
    const requests = new Int32Array(shared);
    const leave = enter();
    enter();
    expect(requests[0]).toBe(2);
    leave();
    leave();
    expect(requests[0]).toBe(1);
    await expect.poll(() => requests[0], { timeout: LONG_MS }).toBe(0);
  },
  LONG_MS,
);

test('without a courtesy nothing waits', () => {
  expect(createPauses(null)()).toBe(0);
  expect(createPauses({})()).toBe(0);
});
