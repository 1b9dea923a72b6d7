import { expect, test } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

const unwanted = (error: unknown) => {
  throw error;
};

test('work runs once at a time, and once more for all who asked meanwhile', async () => {
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let begun = 0;
  let atOnce = 0;
  let most = 0;
  const round = oneAtATime(async () => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await gates[begun++]?.promise;
    atOnce -= 1;
  }, unwanted);
  const asked = [round.ask()];
  await Promise.resolve();
  asked.push(round.ask(), round.ask(), round.ask());
  for (const gate of gates) gate.resolve();
  await Promise.all(asked);
  expect([begun, most]).toEqual([2, 1]);
});

test('who asks at whatever moment of the end of a run has a run that began afterwards', async () => {
  for (let turns = 0; turns < 12; turns += 1) {
    let version = 0;
    let seen = -1;
    const round = oneAtATime(async () => {
      seen = version;
      await Promise.resolve();
    }, unwanted);
    void round.ask();
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    version = 1;
    await round.ask();
    expect(seen, `asked after ${turns} turns`).toBe(1);
  }
});

test('a run that fails is told of and keeps nobody waiting; also one that fails before it waits for anything', async () => {
  const errors: unknown[] = [];
  let runs = 0;
  const round = oneAtATime(
    () => {
      runs += 1;
      if (runs < 3) throw new Error(`run ${runs}`);
      return Promise.resolve();
    },
    (error) => {
      errors.push(String(error));
      if (runs === 1) void round.ask();
    },
  );
  await round.ask();
  expect(errors).toEqual(['Error: run 1', 'Error: run 2']);
  await round.ask();
  expect(runs).toBe(3);
});

test('stopping tells the run to end, waits for it, and nothing begins afterwards', async () => {
  const errors: unknown[] = [];
  let runs = 0;
  const round = oneAtATime(
    (signal) => {
      runs += 1;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
    (error) => errors.push(error),
  );
  const asked = round.ask();
  await Promise.resolve();
  await Promise.resolve();
  void round.ask();
  await round.stop();
  await asked;
  await round.ask();
  expect([runs, errors]).toEqual([1, []]);
});
