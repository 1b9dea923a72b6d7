import { afterEach, describe, expect, test } from 'vitest';
import type { Manager } from './manager.ts';
import { type StoreKind, startTestTokens, storeKinds, type TestTokens } from './testing.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let tokens: TestTokens;
afterEach(() => tokens.stop());

/** An authorised account, on a clock that the test turns. */
async function authorised(kind: StoreKind, options: Parameters<typeof startTestTokens>[1] = {}) {
  const clock = { now: Date.now() };
  tokens = await startTestTokens(kind, { now: () => clock.now, ...options });
  const manager = await tokens.open({ now: () => clock.now });
  await tokens.authorize(manager);
  return { manager, clock };
}

const refreshes = () => tokens.provider.requests.filter(({ grant }) => grant === 'refresh_token').length;
const alerts = () =>
  tokens
    .said()
    .split('\n')
    .filter((line) => line.includes('needs attention'));
const lookFor = async (manager: Manager, clock: { now: number }, forMs: number, everyMs: number) => {
  for (const until = clock.now + forMs; clock.now < until; ) {
    clock.now += everyMs;
    await tokens.look(manager, everyMs);
  }
};
const expectNothingTold = () => {
  for (const secret of tokens.provider.secrets()) expect(tokens.said()).not.toContain(secret);
  expect(tokens.said()).not.toContain(tokens.environment.ALT_TOKENS_KEY);
};

describe.each(storeKinds)('tokens kept in %s', (kind) => {
  test('are refreshed at about half of their life, and not before', async () => {
    const { manager, clock } = await authorised(kind);
    const first = await tokens.read();
    clock.now += 20 * MINUTE;
    await tokens.look(manager);
    expect(await tokens.read()).toEqual(first);
    clock.now += 16 * MINUTE;
    expect((await tokens.look(manager)).tier).toBe('ok');
    expect(await tokens.read()).toMatchObject({ generation: 2 });
    expect(await tokens.isUsable()).toBe(true);
    await lookFor(manager, clock, 5 * HOUR, 10 * MINUTE);
    expect(refreshes()).toBeLessThanOrEqual(10);
    expect(await tokens.isUsable()).toBe(true);
    expect(alerts()).toEqual([]);
    expectNothingTold();
  });

  test.each(['lose', 'cut', 'junk', 'wrong'] as const)(
    'survive an answer that is lost (%s), where the old one is taken for a while',
    async (fault) => {
      const { manager, clock } = await authorised(kind, { graceMs: MINUTE });
      tokens.provider.behave(fault, 1);
      clock.now += 40 * MINUTE;
      await tokens.look(manager);
      expect(await tokens.isUsable()).toBe(true);
      expect(refreshes()).toBe(2);
      clock.now += 40 * MINUTE;
      await tokens.look(manager);
      expect(await tokens.isUsable()).toBe(true);
      expectNothingTold();
    },
  );

  test.each(['odd', 'slow'] as const)('are taken from an answer that is only unusual (%s)', async (fault) => {
    const { manager, clock } = await authorised(kind);
    tokens.provider.behave(fault, 1);
    clock.now += 40 * MINUTE;
    await tokens.look(manager);
    expect(refreshes()).toBe(1);
    expect(await tokens.read()).toMatchObject({ generation: 2, scope: 'read write' });
    expect(await tokens.isUsable()).toBe(true);
  });

  test('that a provider took for good without an answer end in one alert, and it is asked no more', async () => {
    const { manager, clock } = await authorised(kind, { onReuse: 'revoke-all' });
    tokens.provider.behave('lose', 1);
    clock.now += 40 * MINUTE;
    await lookFor(manager, clock, 4 * HOUR, MINUTE);
    expect((await tokens.look(manager)).reports).toMatchObject([
      { tier: 'critical', sentence: expect.stringContaining('tokens authorize inoreader --account default') },
    ]);
    expect(alerts()).toHaveLength(1);
    // The exchange, its repetition, and one that makes sure of the refusal.
    expect(refreshes()).toBe(3);
    await tokens.authorize(manager);
    expect((await tokens.look(manager)).tier).toBe('ok');
    expect(await tokens.isUsable()).toBe(true);
    expectNothingTold();
  });

  test('outlive a provider that is away for a day', async () => {
    const { manager, clock } = await authorised(kind, { accessTokenSeconds: 36 * 3_600 });
    clock.now += 20 * HOUR;
    tokens.provider.behave('away');
    await lookFor(manager, clock, 15 * HOUR, 5 * MINUTE);
    expect(await tokens.isUsable()).toBe(true);
    await lookFor(manager, clock, 9 * HOUR, 5 * MINUTE);
    expect((await tokens.look(manager)).tier).toBe('critical');
    // One for each tier, however often it failed.
    expect(alerts()).toHaveLength(2);
    expect(refreshes()).toBeLessThan(80);
    tokens.provider.behave('good');
    await lookFor(manager, clock, HOUR, 5 * MINUTE);
    expect((await tokens.look(manager)).tier).toBe('ok');
    expect(await tokens.isUsable()).toBe(true);
    expectNothingTold();
  });

  test('that were refused by mistake come back by themselves', async () => {
    const { manager, clock } = await authorised(kind);
    clock.now += 40 * MINUTE;
    tokens.provider.behave('refuse', 1);
    await tokens.look(manager);
    await lookFor(manager, clock, 5 * MINUTE, MINUTE);
    expect(await tokens.isUsable()).toBe(true);
    expect(alerts()).toEqual([]);
  });

  test('that a provider forgot come back by the refresh token before them', async () => {
    const { manager, clock } = await authorised(kind, { graceMs: 10 * DAY });
    clock.now += 40 * MINUTE;
    await tokens.look(manager);
    clock.now += 40 * MINUTE;
    tokens.provider.behave('refuse', 2);
    await lookFor(manager, clock, 10 * MINUTE, MINUTE);
    expect(await tokens.isUsable()).toBe(true);
    expect(await tokens.read()).toMatchObject({ generation: 3 });
    expect(alerts()).toEqual([]);
  });

  test.each([
    ['hours ahead', 3 * HOUR],
    ['hours behind', -3 * HOUR],
    ['a year ahead', 365 * DAY],
  ])('do not mind a clock that is %s, nor that it is set right', async (_name, offsetMs) => {
    const clock = { now: Date.now(), offsetMs: 0 };
    tokens = await startTestTokens(kind, { now: () => clock.now });
    const manager = await tokens.open({ now: () => clock.now + clock.offsetMs });
    await tokens.authorize(manager);
    for (const now of [offsetMs, 0, offsetMs]) {
      clock.offsetMs = now;
      for (let step = 0; step < 8; step += 1) {
        clock.now += 10 * MINUTE;
        await tokens.look(manager);
        expect(await tokens.isUsable()).toBe(true);
      }
    }
    expect(refreshes()).toBeLessThanOrEqual(14);
    expect(alerts()).toEqual([]);
    expect(tokens.said()).toContain("clock differs from the provider's");
  });

  test('of several accounts are kept apart', async () => {
    const { manager, clock } = await authorised(kind);
    await tokens.authorize(manager, 'second-one');
    const [one, other] = [await tokens.read(), await tokens.read('second-one')];
    expect(one?.accessToken).not.toBe(other?.accessToken);
    clock.now += 40 * MINUTE;
    await tokens.look(manager);
    expect(await tokens.isUsable('second-one')).toBe(true);
    expect(await tokens.isUsable()).toBe(true);
    expect(await tokens.read('third')).toBeNull();
  });
});
