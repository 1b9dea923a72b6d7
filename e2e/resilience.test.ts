import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDemoWeb } from '../demo/server.ts';
import { type Client, readEvents, register } from './client.ts';
import { eventually, type Machine, shapes, startMachine } from './harness.ts';
import { stagesDone } from './stored.ts';

type DemoWeb = Awaited<ReturnType<typeof startDemoWeb>>;

describe.each(shapes)('Alt as %s', (shape) => {
  let web: DemoWeb;
  let machine: Machine;
  let reader: Client;

  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 100 });
    machine = await startMachine(shape, { allow: [new URL(web.origin).host] });
    reader = await register(machine.origin, 'ada@example.org');
    const { status, text } = await reader.post('/v1/subscriptions', { url: web.feeds[0]?.url });
    expect(status, text).toBe(201);
  }, 120_000);

  afterAll(async () => {
    await machine?.stop();
    await web?.stop();
  });

  it('keeps sessions, entries and their state over a restart', async () => {
    await stagesDone(machine);
    const before = (await reader.get('/v1/entries')).json;
    await machine.kill('auth-service', 'SIGTERM');
    await machine.start('auth-service');
    const after = await eventually(async () => {
      const answer = await reader.get('/v1/entries');
      return answer.status === 200 ? answer.json : null;
    }, 'entries after the restart');
    expect(after).toEqual(before);
  });

  it('gives the places of aborted streams back', async () => {
    for (let round = 0; round < 20; round += 1) {
      await readEvents(reader, { isEnough: (events) => events.length > 0 });
    }
    const events = await eventually(
      () => readEvents(reader, { isEnough: (seen) => seen.length > 0 }).catch(() => null),
      'another stream',
    );
    expect(events.length).toBeGreaterThan(0);
  });

  // Of one process no part can be down alone.
  if (shape === 'one process') return;
  const subscribeTo = (index: number) => reader.post('/v1/subscriptions', { url: web.feeds[index]?.url });

  it('reads on while the fetcher is down, says what is missing, and goes on when it is back', async () => {
    await machine.kill('pre-processor', 'SIGKILL');
    expect((await reader.get('/v1/entries')).json.items.length).toBeGreaterThan(0);
    const refused = await subscribeTo(1);
    expect(refused.status).toBe(503);
    expect(refused.json.code).toBe('unavailable');
    await machine.start('pre-processor');
    expect((await subscribeTo(1)).status).toBe(201);
  });

  it('goes out through sidecar-proxy only', async () => {
    await machine.kill('sidecar-proxy', 'SIGKILL');
    const refused = await subscribeTo(2);
    expect(refused.status).toBe(422);
    expect(refused.json.code).toBe('feed-unreachable');
    await machine.start('sidecar-proxy');
    expect((await subscribeTo(2)).status).toBe(201);
  });

  it('does not wait for ever for a service that hangs', async () => {
    await machine.freeze('auth-service', true);
    const answer = await eventually(async () => {
      const tried = await reader.get('/v1/counters');
      return tried.status === 200 ? null : tried;
    }, 'the kept answer runs out');
    expect(answer.status).toBe(504);
    expect(answer.json.code).toBe('timeout');
    await machine.freeze('auth-service', false);
    await eventually(async () => (await reader.get('/v1/counters')).status === 200, 'auth-service is back');
  });
});
