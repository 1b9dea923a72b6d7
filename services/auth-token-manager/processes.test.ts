import { afterEach, describe, expect, test } from 'vitest';
import { type StoreKind, startTestTokens, storeKinds, type TestTokens } from './testing.ts';

let tokens: TestTokens;
afterEach(() => tokens.stop());

async function authorised(kind: StoreKind, options: Parameters<typeof startTestTokens>[1] = {}) {
  tokens = await startTestTokens(kind, options);
  await tokens.authorize(await tokens.open());
}

const refreshes = () => tokens.provider.requests.filter(({ grant }) => grant === 'refresh_token').length;
const refreshed = async (count: number) => {
  await expect.poll(refreshes).toBe(count);
};
const force = () => tokens.start('tokens', 'refresh', 'inoreader', '--force');
const expectNothingTold = () => {
  for (const secret of tokens.provider.secrets()) expect(tokens.said()).not.toContain(secret);
  expect(tokens.said()).not.toContain(tokens.environment.ALT_TOKENS_KEY);
};

describe.each(storeKinds)('with tokens kept in %s', (kind) => {
  test('of two processes that refresh at once one asks the provider', async () => {
    // Short-lived, so that it is due at once; the second finds it done.
    await authorised(kind, { accessTokenSeconds: 4 });
    await expect.poll(() => tokens.isUsable(), { interval: 500 }).toBe(false);
    tokens.provider.behave('hold', 1);
    const [one, other] = [tokens.start('run', 'auth-token-manager'), tokens.start('run', 'auth-token-manager')];
    await refreshed(1);
    tokens.provider.release();
    await Promise.all([one.ended, other.ended]);
    const spent = tokens.provider.requests
      .filter(({ grant }) => grant === 'refresh_token')
      .map((request) => request.spent);
    expect(new Set(spent).size).toBe(spent.length);
    expectNothingTold();
  });

  test('a process that is killed while the provider has not begun loses nothing', async () => {
    await authorised(kind);
    tokens.provider.behave('hold', 1);
    const killed = force();
    await refreshed(1);
    await killed.kill();
    expect(await tokens.isUsable()).toBe(true);
    const { code, output } = await force().ended;
    expect(output).toContain('Refreshed: inoreader');
    expect(code).toBe(0);
    expect(await tokens.isUsable()).toBe(true);
    expectNothingTold();
  });

  test('a process that is killed before it hears the answer loses nothing where the old token is taken for a while', async () => {
    await authorised(kind, { graceMs: 600_000 });
    tokens.provider.behave('hold-answer', 1);
    const killed = force();
    await refreshed(1);
    await killed.kill();
    // What was written before says that it must be made sure of, though half of the life is far away.
    const { code } = await tokens.start('run', 'auth-token-manager').ended;
    expect(code).toBe(0);
    expect(refreshes()).toBe(2);
    expect(await tokens.read()).toMatchObject({ generation: 2 });
    expect(await tokens.isUsable()).toBe(true);
    expectNothingTold();
  });

  test('where the old token is taken no more, somebody is told once, and the access token serves its time', async () => {
    await authorised(kind);
    tokens.provider.behave('hold-answer', 1);
    const killed = force();
    await refreshed(1);
    await killed.kill();
    await force().ended;
    await force().ended;
    const status = await tokens.start('tokens', 'status').ended;
    expect(status.output).toContain('tokens authorize inoreader');
    expect(status.code).toBe(2);
    expect(await tokens.isUsable()).toBe(true);
    const asked = refreshes();
    for (const code of [1, 1]) expect((await tokens.start('run', 'auth-token-manager').ended).code).toBe(code);
    expect(refreshes()).toBe(asked);
    expect(tokens.said().match(/needs attention/g)).toHaveLength(1);
    expectNothingTold();
  });
});

test('a process that stands still while another one refreshes puts nothing in the place of what that one got', async () => {
  await authorised('postgres', { graceMs: 600_000, leaseSeconds: 6 });
  tokens.provider.behave('hold-answer', 1);
  const frozen = force();
  await refreshed(1);
  frozen.child.kill('SIGSTOP');
  const other = force();
  expect((await other.ended).code).toBe(0);
  const before = await tokens.read();
  tokens.provider.release();
  frozen.child.kill('SIGCONT');
  const { output } = await frozen.ended;
  expect(output).toContain('somebody else is at work');
  expect(await tokens.read()).toEqual(before);
  expect(await tokens.isUsable()).toBe(true);
  expectNothingTold();
});

describe('killed while it writes', () => {
  test('to Postgres, before the new pair is there, it loses nothing where the old token is taken for a while', async () => {
    await authorised('postgres', { graceMs: 600_000 });
    tokens.provider.behave('hold-answer', 1);
    const killed = force();
    await refreshed(1);
    const locked = Promise.withResolvers<void>();
    const unlock = Promise.withResolvers<void>();
    const holding = tokens.whileLocked(locked.resolve, unlock.promise);
    await locked.promise;
    tokens.provider.release();
    await expect.poll(() => tokens.waitingForLock()).toBe(true);
    await killed.kill();
    unlock.resolve();
    await holding;
    expect((await force().ended).code).toBe(0);
    expect(await tokens.isUsable()).toBe(true);
    expectNothingTold();
  });

  test.each([
    ['before it counts', 'hold'],
    ['after it counts', 'hold-answer'],
  ] as const)('to Kubernetes, %s, it leaves a usable pair', async (_name, fault) => {
    await authorised('kubernetes', { graceMs: 600_000 });
    tokens.provider.behave('hold-answer', 1);
    const killed = force();
    await refreshed(1);
    tokens.kubernetes?.fault('secrets', fault);
    tokens.provider.release();
    await tokens.kubernetes?.held();
    await killed.kill();
    const asked = refreshes();
    expect((await tokens.start('run', 'auth-token-manager').ended).code).toBe(0);
    expect(refreshes()).toBe(asked + (fault === 'hold' ? 1 : 0));
    expect(await tokens.isUsable()).toBe(true);
    expectNothingTold();
  });

  test('that a refresh is under way, it has asked nobody', async () => {
    await authorised('kubernetes');
    tokens.kubernetes?.fault('secrets', 'hold');
    const killed = force();
    await tokens.kubernetes?.held();
    await killed.kill();
    expect(refreshes()).toBe(0);
    tokens.kubernetes?.release();
    expect((await force().ended).code).toBe(0);
    expect(refreshes()).toBe(1);
    expect(await tokens.isUsable()).toBe(true);
  });
});

test('a store that fails while the new pair is to be written gets it as soon as it works again', async () => {
  await authorised('kubernetes');
  tokens.provider.behave('hold-answer', 1);
  const running = force();
  await refreshed(1);
  tokens.kubernetes?.fault('secrets', 'fail');
  tokens.provider.release();
  expect((await running.ended).code).toBe(0);
  expect(await tokens.read()).toMatchObject({ generation: 2 });
  expect(await tokens.isUsable()).toBe(true);
  expect(tokens.said()).toContain('cannot be written down');
  expectNothingTold();
});
