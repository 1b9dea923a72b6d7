import { createServer } from 'node:http';
import { connect } from 'node:net';
import { Problem, type Recap, type RecapDelivery } from '@alt/contracts';
import { statement } from '@alt/database';
import type { Reader } from '@alt/service-kit';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeReader, openBackend, type TestBackend, type TestClient } from '../testing.ts';
import { createRecapMailer, type RecapMailer } from './mail.ts';
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
    const [first, ...others] = [open(), open(), open()] as const;
    const all = [first, ...others];
    for (const { clock } of all) clock.now = MORNING;
    await wantMail(first.client, ADA, { daily: true });
    await Promise.all(all.map(({ delivering }) => delivering.deliver()));
    expect(relay.mails).toHaveLength(1);
    await Promise.all(all.map(({ delivering }) => delivering.stop()));
  });

  test('mail follows the address of the account, and ends with the wish, the membership or the tenant', async () => {
    await makeNews();
    const { client, delivering, clock } = open();
    clock.now = MORNING;
    await wantMail(client, ADA, { daily: true });
    await wantMail(client, { ...ADA, email: 'new@example.org' }, { daily: true });
    await delivering.deliver();
    expect(relay.mails.map(({ to }) => to)).toEqual([['new@example.org']]);
    for (const end of [
      `update readers set purge_after = now() + interval '30 days'`,
      `update readers set purge_after = null; update tenants set suspended_at = now()`,
      `update tenants set suspended_at = null; update recap_outlets set is_daily_mailed = false`,
    ]) {
      await backend.superuser.script(
        `${end}; update recaps set mailed_at = null, mail_attempts = 0; update recap_outlets set daily_done = null`,
      );
      await makeDue();
      await delivering.deliver();
      expect(relay.mails).toHaveLength(1);
    }
    await delivering.stop();
  });

  test('on a cluster mail leaves through the proxy, by CONNECT', async () => {
    await makeNews();
    const proxy = await openProxy();
    const mailer = createRecapMailer({
      smtpUrl: relay.url,
      from: 'alt@alt.example',
      publicUrl: PUBLIC_URL,
      proxyUrl: proxy.url,
    });
    const { client, delivering, clock } = openRecaps(backend, recapCreator(), { mailer });
    clock.now = MORNING;
    await wantMail(client, ADA, { daily: true });
    await delivering.deliver();
    expect(relay.mails).toHaveLength(1);
    expect(proxy.targets).toEqual([new URL(relay.url).host]);
    await delivering.stop();
    await proxy.close();
  });

  test('an outage of five days costs no recap: each missed day comes, the oldest first, and no day twice', async () => {
    const feed = await makeNews();
    for (const day of [21, 22, 24]) {
      await backend.makeArticle(feed, { title: `Told on ${day}`, at: new Date(`2026-11-${day}T09:00:00Z`) });
    }
    const { client, delivering, clock } = open();
    clock.now = MORNING;
    await wantMail(client, ADA, { daily: true });
    await delivering.deliver();
    clock.now = new Date('2026-11-26T05:30:00Z');
    for (let round = 0; round < 2; round += 1) {
      await makeDue();
      await delivering.deliver();
    }
    expect(relay.mails.map(({ text }) => subjectOf(text))).toEqual(
      [20, 21, 22, 24].map((day) => `Recap of November ${day}, 2026`),
    );
    await delivering.stop();
  });

  test('after a month a week of days and four weeks are made up for', async () => {
    await makeNews();
    const { client, delivering, clock } = open();
    clock.now = MORNING;
    await wantMail(client, ADA, { daily: true, weekly: true });
    await delivering.deliver();
    const { length: before } = relay.mails;
    const feed = await makeNews();
    for (let day = 0; day < 40; day += 1) {
      await backend.makeArticle(feed, { title: `Day ${day}`, at: new Date(Date.UTC(2026, 10, 22 + day, 9)) });
    }
    clock.now = new Date('2026-12-31T06:00:00Z');
    await makeDue();
    await delivering.deliver();
    const subjects = relay.mails.slice(before).map(({ text }) => subjectOf(text));
    expect(subjects.filter((subject) => subject.includes('week'))).toHaveLength(4);
    expect(subjects.filter((subject) => !subject.includes('week'))).toEqual(
      [24, 25, 26, 27, 28, 29, 30].map((day) => `Recap of December ${day}, 2026`),
    );
    await delivering.stop();
  });

  test('a recap that somebody is sending is not sent by another, and is when that one died', async () => {
    await makeNews();
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const real = makeMailer();
    const slow = open({
      ...real,
      sendRecap: async (...mail) => {
        begun.resolve();
        await ended.promise;
        await real.sendRecap(...mail);
      },
    });
    const other = open();
    for (const { clock } of [slow, other]) clock.now = MORNING;
    await wantMail(slow.client, ADA, { daily: true });
    const sending = slow.delivering.deliver();
    await begun.promise;
    await makeDue(); // its lease is over, as if it had taken too long
    await other.delivering.deliver();
    expect(relay.mails).toEqual([]);
    await backend.superuser.script(`update recaps set mail_claimed_until = now()`);
    await makeDue();
    await other.delivering.deliver();
    expect(relay.mails).toHaveLength(1);
    ended.resolve();
    await sending;
    await Promise.all([slow, other].map(({ delivering }) => delivering.stop()));
  });

  test('several readers are looked after at once, each once, however slow a mail is', async () => {
    await makeNews();
    const readers = [3, 4, 5, 6, 7, 8].map((digit) => makeReader(digit));
    const feed = await backend.makeFeed('two', ...readers);
    await backend.makeArticle(feed, { title: 'Bridge opens', at: yesterday('04:00') });
    const atOnce = { now: 0, most: 0 };
    const real = makeMailer();
    const { client, delivering, clock } = open({
      ...real,
      sendRecap: async (...mail) => {
        atOnce.most = Math.max(atOnce.most, ++atOnce.now);
        await real.sendRecap(...mail);
        atOnce.now -= 1;
      },
    });
    clock.now = MORNING;
    for (const reader of readers) await wantMail(client, reader, { daily: true });
    await delivering.deliver();
    expect(relay.mails.map(({ to }) => to[0]).toSorted()).toEqual(readers.map(({ email }) => email));
    expect(atOnce.most).toBeGreaterThan(1);
    expect(atOnce.most).toBeLessThanOrEqual(4);
    await delivering.stop();
  });

  describe('consent', () => {
    test('an address gets one mail that asks, without a word of any reader’s, and nothing until it agrees', async () => {
      await makeNews();
      const { client, delivering, clock } = open();
      clock.now = MORNING;
      await chooseMail(client, ADA, { daily: true, weekly: true });
      for (let round = 0; round < 3; round += 1) {
        await makeDue();
        await delivering.deliver();
        await chooseMail(client, ADA, { daily: true });
      }
      expect(relay.mails.map(({ to, text }) => [to, subjectOf(text)])).toEqual([
        [['ada@example.org'], 'Recaps by mail'],
      ]);
      expect(relay.mails[0]?.text).not.toContain('Bridge');
      expect(await mailState(client, ADA)).toMatchObject({
        confirmation: 'unconfirmed',
        confirmationSentAt: expect.any(String),
        error: null,
      });
      const page = linkIn(relay.mails[0]);
      expect(await (await client('GET', page)).text()).toContain(`action="${page}/confirmation"`);
      await makeDue();
      await delivering.deliver();
      expect(relay.mails).toHaveLength(1); // looking is no consent
      expect((await client('POST', `${page}/confirmation`)).status).toBe(200);
      expect(await mailState(client, ADA)).toMatchObject({ confirmation: 'confirmed' });
      await delivering.deliver();
      expect(relay.mails.slice(1).map(({ text }) => subjectOf(text))).toEqual(['Recap of November 20, 2026']);
      await delivering.stop();
    });

    test('asking again takes a day, and goes to one address three times at most', async () => {
      await makeNews();
      const { client, delivering } = open();
      for (let round = 0; round < 5; round += 1) {
        await chooseMail(client, ADA, { daily: true });
        await delivering.deliver();
        await backend.superuser.script(`update recap_outlets set confirmation_sent_at = now() - interval '25 hours'`);
      }
      expect(relay.mails).toHaveLength(3);
      await delivering.stop();
    });

    test('an address is asked three times a month, from however many accounts, and none can tell', async () => {
      const { client, delivering } = open();
      const accounts = [1, 2, 3, 4, 5].map((digit) =>
        makeReader(digit, digit % 2 ? 'Ada@example.org' : 'ada@example.org'),
      );
      const said: unknown[] = [];
      for (const account of accounts) {
        await chooseMail(client, account, { daily: true });
        await delivering.deliver();
        said.push({ ...(await mailState(client, account)), confirmationSentAt: null, address: null });
      }
      expect(relay.mails).toHaveLength(3);
      expect(new Set(said.map((one) => JSON.stringify(one))).size).toBe(1);
      expect(said[4]).toMatchObject({ confirmation: 'unconfirmed', error: null });
      const later = `update recap_askings set first_at = first_at - interval '31 days';
        update recap_outlets set confirmation_sent_at = confirmation_sent_at - interval '25 hours'`;
      await backend.superuser.script(later);
      await chooseMail(client, accounts[4] ?? ADA, { daily: true });
      await delivering.deliver();
      expect(relay.mails).toHaveLength(4);
      await delivering.stop();
    });

    test('a relay that is down does not use up the asking; a new address is asked anew', async () => {
      const { client, delivering } = open();
      await relay.close();
      await chooseMail(client, ADA, { daily: true });
      for (let round = 0; round < 5; round += 1) {
        await makeDue();
        await delivering.deliver();
      }
      expect(await mailState(client, ADA)).toMatchObject({
        confirmation: 'unconfirmed',
        confirmationSentAt: null,
        error: expect.stringMatching(/ECONNREFUSED|connect/i),
      });
      relay = await openRelay(Number(new URL(relay.url).port));
      await makeDue();
      await delivering.deliver();
      await chooseMail(client, { ...ADA, email: 'new@example.org' }, { daily: true });
      await delivering.deliver();
      expect(relay.mails.map(({ to }) => to[0])).toEqual(['ada@example.org', 'new@example.org']);
      await delivering.stop();
    });

    test('every recap can be ended by one click in the mail program, and the account cannot begin anew alone', async () => {
      await makeNews();
      const { client, delivering, clock } = open();
      clock.now = MORNING;
      await wantMail(client, ADA, { daily: true });
      await delivering.deliver();
      const [mail] = relay.mails;
      const page = linkIn(mail);
      expect(mail?.text.replace(/\n[ \t]+/g, ' ')).toContain(`List-Unsubscribe: <https://alt.example${page}>`);
      expect(mail?.text).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m);
      expect(mail?.text).toContain('No more recaps by mail');
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      expect((await client('POST', page, { headers })).status).toBe(200);
      expect(await mailState(client, ADA)).toMatchObject({ daily: false, confirmation: 'unconfirmed' });
      await chooseMail(client, ADA, { daily: true });
      clock.now = new Date('2026-11-22T05:30:00Z');
      await delivering.deliver();
      expect(relay.mails.slice(1).map(({ text }) => subjectOf(text))).toEqual(['Recaps by mail']);
      await delivering.stop();
    });

    test('a token that is none opens and changes nothing', async () => {
      const { client } = open();
      await wantMail(client, ADA, { daily: true });
      for (const token of ['0'.repeat(64), 'x', '%00', "' or true --"]) {
        for (const [method, path] of [
          ['GET', ''],
          ['POST', ''],
          ['POST', '/confirmation'],
        ] as const) {
          const answer = await client(method, `/v1/recaps/mail/${encodeURIComponent(token)}${path}`);
          expect(answer.status).toBe(404);
        }
      }
      expect(await mailState(client, ADA)).toMatchObject({ daily: true, confirmation: 'confirmed' });
    });
  });

  function open(mailer: RecapMailer = makeMailer()) {
    return openRecaps(backend, recapCreator(), { mailer });
  }

  function makeMailer(): RecapMailer {
    return createRecapMailer({ smtpUrl: relay.url, from: 'alt@alt.example', publicUrl: PUBLIC_URL });
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

test('an outage of a week delays the recaps of a private feed and loses none', async () => {
  const feed = await makeNews();
  for (const day of [21, 23]) {
    await backend.makeArticle(feed, { title: `Told on ${day}`, at: new Date(`2026-11-${day}T09:00:00Z`) });
  }
  const { client, delivering, clock } = openRecaps(backend, recapCreator());
  clock.now = MORNING;
  const { url } = (await (await client('POST', '/v1/recaps/feed', { as: ADA })).json()) as { url: string };
  await delivering.deliver();
  clock.now = new Date('2026-11-27T12:00:00Z');
  await makeDue();
  await delivering.deliver();
  const rss = await (await client('GET', new URL(url).pathname)).text();
  for (const title of ['Bridge opens', 'Told on 21', 'Told on 23']) expect(rss).toContain(title);
  await delivering.stop();
});

test('a private feed is refused while nobody can say whether its reader is still a member', async () => {
  const untilCurrent = () => Promise.reject(new Problem('unavailable', 'Not just now.'));
  const { client } = openRecaps(backend, recapCreator(), { untilCurrent });
  const { url } = (await (await client('POST', '/v1/recaps/feed', { as: ADA })).json()) as { url: string };
  expect((await client('GET', new URL(url).pathname)).status).toBe(503);
});

test('mail is not promised where there is no relay', async () => {
  const { client } = openRecaps(backend, recapCreator());
  const answer = await client('PATCH', '/v1/recaps/delivery', { as: ADA, body: { mail: { daily: true } } });
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({ detail: expect.stringContaining('SMTP_URL') });
  expect(await (await client('GET', '/v1/recaps/delivery', { as: ADA })).json()).toEqual({
    feed: { isEnabled: false, createdAt: null },
    mail: {
      isPossible: false,
      daily: false,
      weekly: false,
      address: null,
      confirmation: 'none',
      confirmationSentAt: null,
      error: null,
      errorCode: null,
    },
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

async function makeNews(): Promise<number> {
  const feed = await backend.makeFeed('one', ADA, EVE);
  await backend.makeArticle(feed, { title: 'Bridge opens', text: 'The bridge opened.', at: yesterday('04:00') });
  return feed;
}

const due = statement('recap_test_due', `update recap_outlets set next_check_at = now() - interval '1 second'`);

async function makeDue(): Promise<void> {
  await backend.superuser.run(due);
}

type Wish = { daily?: boolean; weekly?: boolean };

async function chooseMail(client: TestClient, as: Reader, mail: Wish): Promise<void> {
  const response = await client('PATCH', '/v1/recaps/delivery', { as, body: { mail } });
  expect(response.status).toBe(200);
}

const selectToken = statement<{ token: string }>(
  'recap_test_token',
  `select o.mail_token as token from recap_outlets o join readers r on r.id = o.reader_id where r.user_id = $1`,
);

/** Chooses, and confirms as whoever reads the mail would. */
async function wantMail(client: TestClient, as: Reader, mail: Wish): Promise<void> {
  await chooseMail(client, as, mail);
  const { token } = (await backend.superuser.one(selectToken, [as.userId])) ?? { token: '' };
  expect((await client('POST', `/v1/recaps/mail/${token}/confirmation`)).status).toBe(200);
}

async function mailState(client: TestClient, as: Reader): Promise<RecapDelivery['mail']> {
  return ((await (await client('GET', '/v1/recaps/delivery', { as })).json()) as RecapDelivery).mail;
}

/** The address of the page in a mail. */
function linkIn(mail: { text: string } | undefined): string {
  const found = /https:\/\/alt\.example(\/v1\/recaps\/mail\/[\da-f]{64})/.exec(mail?.text.replace(/=\n/g, '') ?? '');
  if (!found?.[1]) throw new Error(`no link in ${mail?.text}`);
  return found[1];
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
