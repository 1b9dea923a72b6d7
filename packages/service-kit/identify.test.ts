import { Problem } from '@alt/contracts';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createIdentify } from './identify.ts';

/** Lets what was put off happen. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
const signedIn = new Request('http://test/', { headers: { cookie: 'alt_session=abc' } });

it('keeps an answer, also a refusal, until it is told to forget', async () => {
  let asked = 0;
  const identify = createIdentify(async () => {
    asked += 1;
    return new Response(null, { status: 401 });
  });
  for (const expected of [1, 1]) {
    await identify(signedIn, '127.0.0.1');
    expect(asked).toBe(expected);
  }
  identify.forget();
  await identify(signedIn, '127.0.0.1');
  expect(asked).toBe(2);
});

it('passes on that the database of auth-service is away, and asks again when it is back', async () => {
  const document = new Problem('database-unavailable', 'Not now.').toDocument();
  const answers = [Response.json(document, { status: 503 }), new Response(null, { status: 401 })];
  const identify = createIdentify(async () => answers.shift() ?? new Response(null, { status: 500 }));
  await expect(identify(signedIn, '127.0.0.1')).rejects.toMatchObject({ code: 'database-unavailable', status: 503 });
  expect(await identify(signedIn, '127.0.0.1')).toBe(null);
});

it('asks anew beside requests that go on, and keeps nothing longer than five seconds', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const asked: ((answer: Response) => void)[] = [];
  const identify = createIdentify(() => new Promise((resolve) => asked.push(resolve)));
  const refuse = () => asked.at(-1)?.(new Response(null, { status: 401 }));
  const ask = () => identify(signedIn, '127.0.0.1');
  const later = (ms: number) => vi.setSystemTime(Date.now() + ms);
  const first = ask();
  refuse();
  await first;
  later(3_100);
  // Answered although the second exchange hangs; a third request begins no third one.
  expect(await ask()).toBe(null);
  await turn();
  expect(await ask()).toBe(null);
  await turn();
  expect(asked).toHaveLength(2);
  refuse();
  await expect.poll(() => ask() !== first).toBe(true);
  later(2_900);
  await ask();
  await turn();
  expect(asked).toHaveLength(2);
  later(2_200);
  // Five seconds after the second: whoever comes now waits for the third.
  let isAnswered = false;
  const waiting = ask().then(() => {
    isAnswered = true;
  });
  await turn();
  expect([asked.length, isAnswered]).toEqual([3, false]);
  refuse();
  await waiting;
});

it('forgets also what is being asked anew', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const asked: ((answer: Response) => void)[] = [];
  const identify = createIdentify(() => new Promise((resolve) => asked.push(resolve)));
  const first = identify(signedIn, '127.0.0.1');
  asked[0]?.(new Response(null, { status: 401 }));
  await first;
  vi.setSystemTime(Date.now() + 4_000);
  await identify(signedIn, '127.0.0.1');
  await turn();
  identify.forget();
  asked[1]?.(new Response(null, { status: 401 }));
  await turn();
  void identify(signedIn, '127.0.0.1');
  expect(asked).toHaveLength(3);
});
