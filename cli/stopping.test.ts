import { expect, test } from 'vitest';
import { stopInTime } from './stopping.ts';

function listen() {
  const said: unknown[] = [];
  return { said, log: { warn: (details: unknown, message: unknown) => void said.push([details, message]) } as never };
}

test('a part that stops is waited for', async () => {
  const { said, log } = listen();
  let hasEnded = false;
  const stop = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    hasEnded = true;
  };
  await stopInTime('pre-processor', stop, log);
  expect(hasEnded).toBe(true);
  expect(said).toEqual([]);
});

test('one that never does, or fails to, is named and holds up no other', async () => {
  const { said, log } = listen();
  await stopInTime('search-indexer', () => new Promise(() => {}), log, 20);
  await stopInTime('tag-generator', () => Promise.reject(new Error('no')), log);
  expect(said).toEqual([
    [{ part: 'search-indexer' }, 'does not stop, and is left behind'],
    [{ part: 'tag-generator', error: 'Error: no' }, 'cannot stop'],
  ]);
});
