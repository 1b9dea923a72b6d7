import type { Behaviour, Exchange } from '../behaviour.ts';
import { atom, html, jsonFeed, post, posts, rss } from '../documents.ts';

const LATIN1 = '<?xml version="1.0" encoding="ISO-8859-1"?>';
const YEAR_MS = 31_536_000_000;

/** Documents that are wrong, or that change from poll to poll. All of them arrive as proper HTTP. */
export const CONTENTS: Behaviour[] = [
  document('atom', 'Three articles.', () => atom(posts(3)), 'application/atom+xml'),
  document('json-feed', 'Three articles.', () => jsonFeed(posts(3)), 'application/feed+json'),
  document(
    'html-instead',
    'The feed says that its address leads to a web page and not to a feed.',
    () => html('A page', '<h1>Hello</h1>'),
    'text/html',
  ),
  {
    name: 'html-with-feed-link',
    shows: 'Discovery offers one feed; a subscription that ends here is repaired to it.',
    ends: 200,
    respond: ({ reply, url }) =>
      reply({
        headers: { 'content-type': 'text/html' },
        body: html(
          'A blog',
          '<h1>A blog</h1>',
          `<link rel=alternate type="application/rss+xml" title="Posts" href="${url('plain')}">`,
        ),
      }),
  },
  document(
    'error-page-with-200',
    'The feed says that its address leads to a web page and not to a feed.',
    () => html('Database error', '<h1>Error establishing a database connection</h1>'),
    'application/rss+xml',
  ),
  {
    name: 'login-page-after',
    shows: 'Three articles that stay; after `polls` polls (2 unless told) that a web page comes instead of the feed.',
    ends: 200,
    respond: ({ count, number, reply }) => {
      const isFeed = count <= number('polls', 2);
      reply(
        isFeed
          ? { body: rss(posts(3)) }
          : { headers: { 'content-type': 'text/html' }, body: html('Sign in', '<form></form>') },
      );
    },
  },
  document('half-a-document', 'The articles before the cut, each once, and none removed because of it.', () => {
    const whole = rss(posts(10));
    return whole.slice(0, Math.floor(whole.length / 2));
  }),
  {
    name: 'half-a-document-then-whole',
    shows: 'In the end ten articles, each once and with their full text.',
    ends: 200,
    respond: ({ count, reply }) => {
      const whole = rss(posts(10));
      reply({ body: count === 1 ? whole.slice(0, whole.length / 2) : whole });
    },
  },
  document('empty-body', 'No articles, and that the server sent an empty document.', () => ''),
  document('blanks-only', 'No articles, and that the server sent an empty document.', () => ' \n\t\n '),
  document('no-items', 'No articles, and the feed is well.', () => rss([])),
  document('binary-junk', 'The feed says that what came is not a feed.', () => junk(20_000)),
  document('wrong-content-type', 'Three articles.', () => rss(posts(3)), 'text/html; charset=utf-8'),
  document('image-content-type', 'Three articles.', () => rss(posts(3)), 'image/png'),
  {
    name: 'no-content-type',
    shows: 'Three articles.',
    ends: 200,
    respond: ({ reply }) => reply({ headers: { 'content-type': null }, body: rss(posts(3)) }),
  },
  document('byte-order-mark', 'Three articles.', () => `\ufeff${rss(posts(3))}`),
  document('garbage-before-prolog', 'Three articles.', () => `\n\n<!-- cached -->\n  ${rss(posts(3))}`),
  document('utf-16', 'Three articles.', () =>
    Buffer.concat([
      Buffer.from([0xff, 0xfe]),
      Buffer.from(rss(posts(3), { prolog: '<?xml version="1.0" encoding="UTF-16"?>' }), 'utf16le'),
    ]),
  ),
  document('latin1-declared', 'One article titled "Café".', () =>
    Buffer.from(rss([post(1, { title: 'Café' })], { prolog: LATIN1 }), 'latin1'),
  ),
  document('latin1-as-utf-8', 'One article titled "Café": the declaration lies.', () =>
    Buffer.from(rss([post(1, { title: 'Café' })]), 'latin1'),
  ),
  document(
    'utf-8-as-latin1',
    'One article titled "Café": the header lies, the document is right.',
    () => rss([post(1, { title: 'Café' })]),
    'text/xml; charset=iso-8859-1',
  ),
  document('entity-bomb', 'No articles or harmless ones; time and memory stay bounded.', entityBomb),
  document('deep-nesting', 'No articles or harmless ones; time and memory stay bounded.', () =>
    rss([post(1)], { channel: `${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}` }),
  ),
  document('external-entity', 'One article; no file of this machine is in it.', () =>
    rss([post(1)], {
      prolog: '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
      channel: '<copyright>&file;</copyright>',
    }),
  ),
  document('script-in-content', 'One article in which nothing runs.', () =>
    rss([
      post(1, {
        title: '<script>alert(1)</script>',
        description:
          '<p onclick="alert(1)">x</p><script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:alert(1)">y</a>',
      }),
    ]),
  ),
  document('script-link', 'One article; its link leads nowhere dangerous.', () =>
    rss([post(1, { link: 'javascript:alert(1)' })]),
  ),
  document('ten-thousand-items', 'The newest 1,000 articles.', () => rss(posts(10_000))),
  document('huge-item', 'One article of about 3 MB.', () =>
    rss([post(1, { description: `<p>${'long text '.repeat(300_000)}</p>` })]),
  ),
  document('title-only', 'Three articles without text; their full text can be fetched.', () =>
    rss(posts(3).map((item) => ({ ...item, description: '' }))),
  ),
  document('no-titles', 'Three articles titled by the begin of their text.', () =>
    rss(posts(3).map((item) => ({ ...item, title: '' }))),
  ),
  document('no-guids', 'Three articles, each once however often it is polled.', () =>
    rss(posts(3).map((item) => ({ ...item, id: null }))),
  ),
  document('duplicate-guids', 'Three articles although all share one guid: their links differ.', () =>
    rss(posts(3).map((item) => ({ ...item, id: 'same' }))),
  ),
  document('duplicate-items', 'One article, once.', () => rss([post(1), post(1), post(1)])),
  document('no-dates', 'Three articles dated by their arrival.', () =>
    rss(posts(3).map((item) => ({ ...item, date: null }))),
  ),
  document('nonsense-dates', 'Three articles dated by their arrival.', () =>
    rss(posts(3).map((item) => ({ ...item, date: 'yesterday-ish' }))),
  ),
  document('dates-in-the-future', 'Three articles sorted no later than their arrival.', () =>
    rss(posts(3).map((item) => ({ ...item, date: new Date(Date.now() + 10 * YEAR_MS).toUTCString() }))),
  ),
  document('dates-of-1970', 'Three articles; on later polls new ones are not sunk below what was already there.', () =>
    rss(posts(3).map((item) => ({ ...item, date: 'Thu, 01 Jan 1970 00:00:00 GMT' }))),
  ),
  document('ttl', 'Three articles; the next poll is at least six hours away.', () =>
    rss(posts(3), { channel: '<ttl>360</ttl>' }),
  ),
  changing('one-more-each-time', 'As many articles as polls, each once.', ({ count }) =>
    rss(posts(Math.min(count, 20), count)),
  ),
  changing('window-of-five', 'All articles ever sent, each once; those that left the document stay.', ({ count }) =>
    rss(posts(5, 5 + 3 * (count - 1))),
  ),
  changing('new-guids-each-time', 'Three articles, not three more a poll: the links are the same.', ({ count }) =>
    rss(posts(3).map((item) => ({ ...item, id: `${item.id}-${count}` }))),
  ),
  changing('links-change-scheme', 'Three articles, not six: the guids are the same.', ({ count }) =>
    rss(posts(3).map((item) => ({ ...item, link: count % 2 ? item.link : item.link.replace('https:', 'http:') }))),
  ),
  changing(
    'edited-in-place',
    'Three articles; the newest shows its latest text, keeps its place, and stays read if it was.',
    ({ count }) =>
      rss([
        post(3, { title: `Post number 3, edition ${count}`, description: `<p>Edition ${count} of the text.</p>` }),
        ...posts(2),
      ]),
  ),
  changing(
    'dates-move',
    'Three articles that keep their places although their dates change at every poll.',
    ({ count }) =>
      rss(posts(3).map((item, index) => ({ ...item, date: new Date(Date.UTC(2026, 2, count, index)).toUTCString() }))),
  ),
  changing(
    'removed-and-back',
    'Three articles: the one that was gone for a poll is not new when it returns.',
    ({ count }) => rss(count % 2 ? posts(3) : posts(2)),
  ),
  changing('shuffled', 'Ten articles, each once, in the order of their dates.', ({ count }) => {
    const items = posts(10);
    return rss([...items.slice(count % 10), ...items.slice(0, count % 10)]);
  }),
  changing('empty-in-between', 'Three articles that stay, although every second document has none.', ({ count }) =>
    rss(count % 2 ? posts(3) : []),
  ),
  changing(
    'another-feed',
    'The old articles and the new ones: somebody else has taken over the address.',
    ({ count }) =>
      count === 1
        ? rss(posts(3))
        : rss(
            posts(3, 1_000).map((item) => ({ ...item, link: `https://other.example/${item.id}` })),
            { title: 'Another feed' },
          ),
  ),
  changing('format-changes', 'Three articles, not six: RSS one time, Atom the next, the same posts.', ({ count }) =>
    count % 2 ? rss(posts(3)) : atom(posts(3)),
  ),
];

function document(name: string, shows: string, make: () => string | Uint8Array, contentType?: string): Behaviour {
  return {
    name,
    shows,
    ends: 200,
    respond: ({ reply }) => reply({ body: make(), headers: contentType ? { 'content-type': contentType } : {} }),
  };
}

function changing(name: string, shows: string, make: (exchange: Exchange) => string): Behaviour {
  return { name, shows, ends: 200, respond: (exchange) => exchange.reply({ body: make(exchange) }) };
}

function entityBomb(): string {
  const entities = Array.from(
    { length: 9 },
    (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`,
  ).join('');
  const prolog = `<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "ha">${entities}]>`;
  return rss([post(1)], { prolog, channel: '<copyright>&e9;</copyright>' });
}

/** Bytes without a pattern, the same every time (a linear congruential generator). */
function junk(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 42;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
