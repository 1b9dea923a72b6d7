import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Recap } from '@alt/contracts';
import { statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeReader, openBackend, type TestBackend, type TestClient } from '../testing.ts';
import { createSendRecap } from './mail.ts';
import { liveIn, openRecaps, PUBLIC_URL, recapCreator } from './testing.ts';

const ADA = makeReader(1, 'ada@example.org');
const EVE = makeReader(2, 'eve@example.org');
const MORNING = new Date('2026-11-21T05:30:00Z');
const yesterday = (time: string) => new Date(`2026-11-20T${time}:00Z`);

let backend: TestBackend;
beforeEach(async () => {
  backend = await openBackend();
});
afterEach(() => backend.drop());

describe('by mail, through a real SMTP server', () => {
  let relay: Relay;
  beforeEach(async () => {
    relay = await openRelay();
  });
  afterEach(() => relay.close());

  test('a recap goes once, to the address of the account, as text and as a page', async () => {
    await makeNews();
    const { client, delivering, clock } = open();
    clock.now = MORNING;
    await wantMail(client, ADA, { daily: true });
    await delivering.deliver();
    await makeDue();
    await delivering.deliver();
    expect(relay.mails).toHaveLength(1);
    const [mail] = relay.mails;
    expect(mail?.to).toEqual(['ada@example.org']);
    expect(mail?.from).toBe('alt@alt.example');
    expect(mail?.text).toMatch(/^Subject: Recap of November 20, 2026$/m);
    expect(mail?.text).toMatch(/^Auto-Submitted: auto-generated$/m);
    const [{ id }] = (await list(client, ADA)) as [Recap];
    expect(mail?.text).toContain(`Message-ID: <recap-${id}@alt.example>`);
    expect(mail?.text).toContain('Content-Type: text/plain');
    expect(mail?.text).toContain('Content-Type: text/html');
    expect(mail?.text).toContain('Bridge opens');
    await delivering.stop();
  });

  test('nobody gets what they did not choose, nor before their morning, nor an empty one', async () => {
    await makeNews();
    await liveIn(backend, EVE, 'America/New_York');
    const { client, delivering, clock } = open();
    clock.now = MORNING;
    await wantMail(client, EVE, { daily: true });
    await client('GET', '/v1/recaps?date=2026-11-20', { as: ADA });
    await delivering.deliver();
    expect(relay.mails).toEqual([]);
    clock.now = new Date('2026-11-22T12:00:00Z'); // the 21st was empty
    await makeDue();
    await delivering.deliver();
    expect(relay.mails).toEqual([]);
    await delivering.stop();
  });

  test('a daily and a weekly one are two mails, in the language of the reader', async () => {
    await makeNews();
    await backend.asReader(ADA, async () => {});
    await backend.superuser.script(`update readers set settings = '{"language": "ru"}'`);
    const { client, delivering, clock } = open();
    clock.now = new Date('2026-11-23T06:00:00Z');
    await backend.makeArticle(1, { title: 'Sunday', at: new Date('2026-11-22T10:00:00Z') });
    await wantMail(client, ADA, { daily: true, weekly: true });
    await delivering.deliver();
    const subjects = relay.mails.map(({ text }) => subjectOf(text));
    expect(subjects).toEqual(['Обзор за 22 ноября 2026 г.', 'Обзор недели с 16 ноября 2026 г.']);
    await delivering.stop();
  });

  test('a refused mail is tried again, and the reader can see why it did not come', async () => {
    await makeNews();
    const { client, delivering, clock } = open();
    clock.now = MORNING;
    await wantMail(client, ADA, { daily: true });
    relay.refuse = true;
    await delivering.deliver();
    expect(relay.mails).toEqual([]);
    const delivery = await (await client('GET', '/v1/recaps/delivery', { as: ADA })).json();
    expect(delivery).toMatchObject({ mail: { error: expect.stringContaining('550') } });
    relay.refuse = false;
    await delivering.deliver();
    expect(relay.mails).toEqual([]); // not before the lease is over
    await makeDue();
    await delivering.deliver();
    expect(relay.mails).toHaveLength(1);
    expect(await (await client('GET', '/v1/recaps/delivery', { as: ADA })).json()).toMatchObject({
      mail: { error: null },
    });
    await delivering.stop();
  });

  test('a relay that is down for days costs nothing; one that refuses again and again is left alone', async () => {
    await makeNews();
    const { client, delivering, clock } = open();
    clock.now = MORNING;
    await wantMail(client, ADA, { daily: true });
    const again = async (times: number) => {
      for (let n = 0; n < times; n += 1) {
        await makeDue();
        await delivering.deliver();
      }
    };
    await relay.close();
    await again(12);
    relay = await openRelay(Number(new URL(relay.url).port));
    relay.refuse = true;
    await again(12);
    expect(relay.refused).toBe(8);
    await delivering.stop();
  });

  test('several processes send a recap once', async () => {
    await makeNews();
    const all = [open(), open(), open()];
    for (const { clock } of all) clock.now = MORNING;
    await wantMail(all[0]?.client, ADA, { daily: true });
    await Promise.all(all.map(({ delivering }) => delivering.deliver()));
    expect(relay.mails).toHaveLength(1);
    await Promise.all(all.map(({ delivering }) => delivering.stop()));
  });

  test('mail follows the address of the account, and ends with the wish, the membership or the tenant', async () => {
    await makeNews();
    const { client, delivering, clock } = open();
    clock.now = MORNING;
    await wantMail(client, ADA, { daily: true });
    await client('GET', '/v1/recaps/delivery', { as: { ...ADA, email: 'new@example.org' } });
    await delivering.deliver();
    expect(relay.mails.map(({ to }) => to)).toEqual([['new@example.org']]);
    for (const end of [
      `update readers set purge_after = now() + interval '30 days'`,
      `update readers set purge_after = null; update tenants set suspended_at = now()`,
      `update tenants set suspended_at = null; update recap_outlets set is_daily_mailed = false`,
    ]) {
      await backend.superuser.script(`${end}; update recaps set mailed_at = null, mail_attempts = 0`);
      await makeDue();
      await delivering.deliver();
      expect(relay.mails).toHaveLength(1);
    }
    await delivering.stop();
  });

  test('on a cluster mail leaves through the proxy, by CONNECT', async () => {
    await makeNews();
    const proxy = await openProxy();
    const sendRecap = createSendRecap({
      smtpUrl: relay.url,
      from: 'alt@alt.example',
      publicUrl: PUBLIC_URL,
      proxyUrl: proxy.url,
    });
    const { client, delivering, clock } = openRecaps(backend, recapCreator(), { sendRecap });
    clock.now = MORNING;
    await wantMail(client, ADA, { daily: true });
    await delivering.deliver();
    expect(relay.mails).toHaveLength(1);
    expect(proxy.targets).toEqual([new URL(relay.url).host]);
    await delivering.stop();
    await proxy.close();
  });

  function open() {
    return openRecaps(backend, recapCreator(), {
      sendRecap: createSendRecap({ smtpUrl: relay.url, from: 'alt@alt.example', publicUrl: PUBLIC_URL }),
    });
  }
});

test('the recaps of a private feed are built without being asked for', async () => {
  await makeNews();
  const { client, delivering, clock } = openRecaps(backend, recapCreator());
  clock.now = MORNING;
  const { url } = (await (await client('POST', '/v1/recaps/feed', { as: ADA })).json()) as { url: string };
  await delivering.deliver();
  expect(await (await client('GET', new URL(url).pathname)).text()).toContain('Bridge opens');
  await delivering.stop();
});

test('an outage of news-creator delays a recap and loses none', async () => {
  await makeNews();
  const broken = openRecaps(backend, async () => new Response('down', { status: 503 }));
  broken.clock.now = MORNING;
  const { url } = (await (await broken.client('POST', '/v1/recaps/feed', { as: ADA })).json()) as { url: string };
  await broken.delivering.deliver();
  const whole = openRecaps(backend, recapCreator());
  whole.clock.now = MORNING;
  await makeDue();
  await whole.delivering.deliver();
  expect(await (await whole.client('GET', new URL(url).pathname)).text()).toContain('Bridge opens');
  await Promise.all([broken.delivering.stop(), whole.delivering.stop()]);
});

test('mail is not promised where there is no relay', async () => {
  const { client } = openRecaps(backend, recapCreator());
  const answer = await client('PATCH', '/v1/recaps/delivery', { as: ADA, body: { mail: { daily: true } } });
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('SMTP_URL') });
  expect(await (await client('GET', '/v1/recaps/delivery', { as: ADA })).json()).toEqual({
    feed: { isEnabled: false, createdAt: null },
    mail: { isPossible: false, daily: false, weekly: false, address: null, error: null },
  });
  const off = await client('PATCH', '/v1/recaps/delivery', { as: ADA, body: { mail: { daily: false } } });
  expect(off.status).toBe(200);
});

test.each([[{}], [{ mail: true }], [{ mail: { daily: 'yes' } }], [{ mail: { to: 'eve@example.org' } }]])(
  'a bad wish is refused: %j',
  async (body) => {
    const { client } = openRecaps(backend, recapCreator());
    expect((await client('PATCH', '/v1/recaps/delivery', { as: ADA, body })).status).toBe(422);
  },
);

// ------------------------------------------------------------------ news and a relay

async function makeNews(): Promise<void> {
  const feed = await backend.makeFeed('one', ADA, EVE);
  await backend.makeArticle(feed, { title: 'Bridge opens', text: 'The bridge opened.', at: yesterday('04:00') });
}

const due = statement('recap_test_due', `update recap_outlets set next_check_at = now() - interval '1 second'`);

async function makeDue(): Promise<void> {
  await backend.superuser.run(due);
}

async function wantMail(client: TestClient | undefined, as: Reader, mail: { daily?: boolean; weekly?: boolean }) {
  const response = await client?.('PATCH', '/v1/recaps/delivery', { as, body: { mail } });
  expect(response?.status).toBe(200);
}

async function list(client: TestClient, as: Reader): Promise<Recap[]> {
  const { items } = (await (await client('GET', '/v1/recaps?period=daily', { as })).json()) as { items: Recap[] };
  return items;
}

function subjectOf(mail: string): string {
  const encoded = /^Subject: (.*(?:\r?\n[ \t].*)*)/m.exec(mail)?.[1] ?? '';
  return encoded
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?UTF-8\?B\?([^?]*)\?=/gi, (_match, text: string) => Buffer.from(text, 'base64').toString())
    .replace(/=\?UTF-8\?Q\?([^?]*)\?=/gi, (_match, text: string) =>
      Buffer.from(
        text
          .replaceAll('_', ' ')
          .replace(/=([\dA-F]{2})/g, (_hex, code: string) => String.fromCharCode(Number.parseInt(code, 16))),
        'latin1',
      ).toString(),
    );
}

async function openProxy() {
  const targets: string[] = [];
  const server = createServer().on('connect', (request, client) => {
    targets.push(request.url ?? '');
    const { hostname, port } = new URL(`http://${request.url}`);
    const relay = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      relay.pipe(client).pipe(relay);
    });
    relay.on('error', () => client.destroy());
    client.on('error', () => relay.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  const close = () => new Promise((resolve) => server.close(resolve));
  return { url: `http://127.0.0.1:${address.port}`, targets, close };
}

interface Relay {
  url: string;
  mails: { from: string; to: string[]; text: string }[];
  refuse: boolean;
  refused: number;
  close(): Promise<void>;
}

async function openRelay(port = 0): Promise<Relay> {
  const relay: Relay = { url: '', mails: [], refuse: false, refused: 0, close: async () => {} };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (relay.refuse) {
          relay.refused += 1;
          return done(Object.assign(new Error('Mailbox is not here'), { responseCode: 550 }));
        }
        const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : '';
        const to = session.envelope.rcptTo.map(({ address }) => address);
        relay.mails.push({ from, to, text: Buffer.concat(chunks).toString().replaceAll('\r\n', '\n') });
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.server.address();
  if (!address || typeof address === 'string') throw new Error('no port');
  relay.url = `smtp://127.0.0.1:${address.port}`;
  relay.close = () => new Promise((resolve) => server.close(() => resolve()));
  return relay;
}
