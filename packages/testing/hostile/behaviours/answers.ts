import type { Answer, Behaviour, Exchange } from '../behaviour.ts';
import { html, posts, rss } from '../documents.ts';

const FEED = rss(posts(3));
const ODD_DATE = 'Sunday, 01-Mar-26 08:00:00 GMT';

/** Statuses, validators and caching. */
export const ANSWERS: Behaviour[] = [
  validated('etag-strong', 'etag', '"strong-1"', 'if-none-match'),
  validated('etag-weak', 'etag', 'W/"weak-1"', 'if-none-match'),
  validated('etag-without-quotes', 'etag', 'bare-1', 'if-none-match'),
  validated('etag-with-odd-bytes', 'etag', '"caf\xe9--gzip"', 'if-none-match'),
  validated('last-modified', 'last-modified', 'Sun, 01 Mar 2026 08:00:00 GMT', 'if-modified-since'),
  validated('last-modified-in-odd-form', 'last-modified', ODD_DATE, 'if-modified-since'),
  {
    name: 'etag-changes-always',
    shows: 'Three articles, never doubled: the document is the same although its validator never is.',
    ends: 200,
    respond: ({ reply, count }) => reply({ body: FEED, headers: { etag: `"v${count}"` } }),
  },
  {
    name: 'not-modified-without-validators',
    shows: 'No articles, and that the server claims there is nothing new although nothing was ever fetched.',
    ends: 304,
    respond: ({ reply }) => reply({ status: 304, headers: { 'content-type': null } }),
  },
  {
    name: 'not-modified-with-body',
    shows: 'Three articles at first, no change afterwards; the forbidden body of the 304 disturbs nothing.',
    ends: 200,
    respond: ({ request, reply, raw, socket }) => {
      if (!request.headers['if-none-match']) return reply({ body: FEED, headers: { etag: '"b"' } });
      raw(`HTTP/1.1 304 Not Modified\r\nETag: "b"\r\nContent-Length: 9\r\n\r\nforbidden`);
      socket.end();
    },
  },
  status('too-many-requests-in-seconds', 429, 'The feed is asked to wait and says until when.', () => ({
    'retry-after': '120',
  })),
  status('too-many-requests-until-date', 429, 'The feed is asked to wait and says until when.', () => ({
    'retry-after': new Date(Date.now() + 120_000).toUTCString(),
  })),
  status('too-many-requests-without-hint', 429, 'The feed is asked to wait; Alt chooses how long.', () => ({})),
  status('too-many-requests-for-years', 429, 'The feed is asked to wait; Alt waits at most seven days.', () => ({
    'retry-after': '999999999',
  })),
  status('too-many-requests-in-nonsense', 429, 'The feed is asked to wait; Alt chooses how long.', () => ({
    'retry-after': 'soon; -1',
  })),
  status(
    'unavailable-with-retry-after',
    503,
    'The feed is down for a while and says until when it is left alone.',
    () => ({ 'retry-after': '300' }),
  ),
  {
    name: 'errors-then-fine',
    shows: 'First that the server fails (500, 502, 503), then three articles and no trace of the trouble.',
    ends: 500,
    respond: ({ count, number, reply }) => {
      if (count > number('errors', 3)) return reply({ body: FEED });
      reply({ status: [500, 502, 503][(count - 1) % 3] ?? 500, body: html('Error', '<h1>Error</h1>') });
    },
  },
  {
    name: 'fine-then-errors',
    shows: 'Three articles that stay, and that the server has failed since.',
    ends: 200,
    respond: ({ count, reply }) => reply(count === 1 ? { body: FEED } : { status: 500, body: 'down' }),
  },
  status('gone', 410, 'The feed says that it is gone for good; it is looked for once a week.', () => ({})),
  status('not-found', 404, 'The feed says that there is nothing at its address.', () => ({})),
  {
    name: 'fine-then-gone',
    shows: 'Three articles that stay, and that the feed is gone for good.',
    ends: 200,
    respond: ({ count, reply }) => reply(count === 1 ? { body: FEED } : { status: 410, body: 'gone' }),
  },
  status('unauthorized', 401, 'The feed says that it asks for a name and password.', () => ({
    'www-authenticate': 'Basic realm="x"',
  })),
  status('forbidden-by-bot-check', 403, 'The feed says that its server turns programs away.', () => ({
    'cf-mitigated': 'challenge',
    server: 'cloudflare',
  })),
  status('unavailable-for-legal-reasons', 451, 'The feed says that it is withheld for legal reasons.', () => ({})),
  status('status-unknown', 799, 'The feed says that its server answers with the unknown status 799.', () => ({})),
  {
    name: 'no-content',
    shows: 'No articles, and that the server has nothing to send.',
    ends: 204,
    respond: ({ reply }) => reply({ status: 204, headers: { 'content-type': null } }),
  },
  cached(
    'cache-max-age',
    { 'cache-control': 'public, max-age=7200' },
    'Three articles; the next poll is at least two hours away.',
  ),
  cached(
    'cache-max-age-absurd',
    { 'cache-control': 'max-age=31536000' },
    'Three articles; the next poll is at most a day away.',
  ),
  cached(
    'cache-expires',
    { expires: new Date(4_000_000_000_000).toUTCString() },
    'Three articles; the next poll is at most a day away.',
  ),
  cached(
    'content-location',
    { 'content-location': 'http://127.0.0.1/elsewhere' },
    'Three articles; links do not lead elsewhere.',
  ),
  {
    name: 'vary-by-user-agent',
    shows: 'Three articles for whoever says its name honestly.',
    ends: 200,
    respond: ({ request, reply }) => {
      const isHonest = /alt/i.test(request.headers['user-agent'] ?? '');
      reply(isHonest ? { body: FEED } : { status: 403, body: 'no name' });
    },
  },
  {
    name: 'head-not-allowed',
    shows: 'Three articles: nothing asks with HEAD where GET will do.',
    ends: 200,
    respond: ({ request, reply }) => reply(request.method === 'HEAD' ? { status: 405 } : { body: FEED }),
  },
];

/** Answers 304 only if the validator comes back byte for byte; anything else sent as a validator is a 400. */
function validated(name: string, header: string, value: string, conditional: string): Behaviour {
  return {
    name,
    shows: 'Three articles, then no change: the validator went back exactly as it came.',
    ends: 200,
    respond: ({ request, reply }) => {
      const sent = request.headers[conditional];
      if (sent === undefined) return reply({ body: FEED, headers: { [header]: value } });
      const isExact = sent === value;
      reply(isExact ? { status: 304, headers: { [header]: value } } : { status: 400, body: `${conditional}: ${sent}` });
    },
  };
}

function status(
  name: string,
  code: number,
  shows: string,
  headers: (exchange: Exchange) => Answer['headers'],
): Behaviour {
  return {
    name,
    shows,
    ends: code,
    respond: (exchange) =>
      exchange.reply({
        status: code,
        headers: { 'content-type': 'text/html', ...headers(exchange) },
        body: html(String(code), `<h1>${code}</h1>`),
      }),
  };
}

function cached(name: string, headers: Record<string, string>, shows: string): Behaviour {
  return { name, shows, ends: 200, respond: ({ reply }) => reply({ body: FEED, headers }) };
}
