import type { Behaviour, Exchange } from '../behaviour.ts';
import { html, posts, rss } from '../documents.ts';

const FEED = rss(posts(3));

/** Servers that send the client elsewhere. */
export const REDIRECTS: Behaviour[] = [
  redirect(
    'moved-permanently',
    301,
    'Three articles; after three confirmations over a day the new address is adopted.',
    200,
    ({ url }) => url('plain'),
  ),
  redirect(
    'moved-permanently-308',
    308,
    'Three articles; after three confirmations over a day the new address is adopted.',
    200,
    ({ url }) => url('plain'),
  ),
  redirect('moved-for-now', 302, 'Three articles; the old address stays.', 200, ({ url }) => url('plain')),
  redirect('moved-for-now-303', 303, 'Three articles; the old address stays.', 200, ({ url }) => url('plain')),
  redirect('moved-for-now-307', 307, 'Three articles; the old address stays.', 200, ({ url }) => url('plain')),
  redirect(
    'moved-somewhere-else-each-time',
    301,
    'Articles; no address is adopted, because the permanent one keeps changing.',
    200,
    ({ url, count }) => url('plain', { copy: count }),
  ),
  redirect('moved-relatively', 301, 'Three articles.', 200, () => 'plain'),
  redirect(
    'moved-without-scheme',
    302,
    'Three articles.',
    200,
    ({ request }) => `//${request.headers.host ?? ''}/plain`,
  ),
  redirect(
    'moved-with-userinfo',
    302,
    'Three articles; name and password go to that server only and are shown nowhere.',
    200,
    ({ url }) => url('wants-password').replace('http://', 'http://reader:s%3Acret@'),
  ),
  redirect('moved-to-raw-utf8', 302, 'Three articles.', 200, ({ url }) =>
    Buffer.from(url('plain', { name: 'x' }).replace('x', 'блог'), 'utf8').toString('latin1'),
  ),
  redirect(
    'redirect-loop',
    302,
    'The feed says that it redirects too often or in a circle.',
    'too-many-redirects',
    ({ url }) => url('redirect-loop-back'),
  ),
  redirect(
    'redirect-loop-back',
    302,
    'The feed says that it redirects too often or in a circle.',
    'too-many-redirects',
    ({ url }) => url('redirect-loop'),
  ),
  redirect(
    'redirect-endless',
    302,
    'The feed says that it redirects too often or in a circle.',
    'too-many-redirects',
    ({ url, number }) => url('redirect-endless', { step: number('step', 0) + 1 }),
  ),
  {
    name: 'redirect-chain',
    shows: 'Three articles if the chain has at most five links, else that it redirects too often.',
    ends: 200,
    respond: (exchange) => {
      const left = exchange.number('links', 5);
      if (left === 0) exchange.reply({ body: FEED });
      else sendTo(exchange, 302, exchange.url('redirect-chain', { links: left - 1 }));
    },
  },
  redirect(
    'redirect-to-loopback',
    302,
    'The feed says that it leads to the machine that Alt runs on, and that this is refused.',
    'egress-refused-address',
    () => 'http://127.0.0.1:8080/secret',
  ),
  redirect(
    'redirect-to-loopback-in-octal',
    302,
    'The feed says that it leads to the machine that Alt runs on, and that this is refused.',
    'egress-refused-address',
    () => 'http://0177.0.0.01/secret',
  ),
  redirect(
    'redirect-to-mapped-loopback',
    302,
    'The feed says that it leads to the machine that Alt runs on, and that this is refused.',
    'egress-refused-address',
    () => 'http://[::ffff:127.0.0.1]/secret',
  ),
  redirect(
    'redirect-to-private',
    301,
    'The feed says that it leads into a private network, and that this is refused.',
    'egress-refused-address',
    () => 'http://192.168.0.1/',
  ),
  redirect(
    'redirect-to-metadata',
    302,
    'The feed says that it leads to an internal address of a cloud provider, and that this is refused.',
    'egress-refused-address',
    () => 'http://169.254.169.254/latest/meta-data/',
  ),
  redirect(
    'redirect-to-name',
    302,
    'With a name that rebinds: that it leads to a refused address; `to` names it, `port` its port.',
    'dns-not-found',
    ({ request, number }) => `http://${request.query.get('to') ?? 'rebinding.invalid'}:${number('port', 80)}/plain`,
  ),
  redirect(
    'redirect-to-file',
    302,
    'The feed says that only http and https addresses can be fetched.',
    'egress-refused-scheme',
    () => 'file:///etc/passwd',
  ),
  redirect(
    'redirect-to-ssh-port',
    302,
    'The feed says that it leads to a port that Alt does not connect to.',
    'egress-refused-port',
    () => 'http://hostile.example:22/',
  ),
  redirect(
    'redirect-nowhere',
    301,
    'The feed says that it redirects to something that is not a web address.',
    'redirect-invalid',
    () => 'http://[::bad',
  ),
  {
    name: 'redirect-without-location',
    shows: 'The feed says that it redirects to something that is not a web address.',
    ends: 'redirect-invalid',
    respond: ({ reply }) => reply({ status: 302 }),
  },
  redirect(
    'redirect-to-page',
    301,
    'The feed says that its address now leads to a web page and not to a feed.',
    200,
    ({ url }) => url('html-instead'),
  ),
  {
    name: 'cookies-required',
    shows: 'The feed says that it redirects in a circle: Alt keeps no cookies for strangers.',
    ends: 'too-many-redirects',
    respond: ({ request, reply }) => {
      if (request.headers.cookie?.includes('seen=1')) return reply({ body: FEED });
      reply({ status: 302, headers: { location: request.path, 'set-cookie': 'seen=1; Path=/' } });
    },
  },
  {
    name: 'redirect-with-endless-body',
    shows: 'The feed says that its document is larger than Alt accepts, or three articles; never a hang.',
    ends: 'body-too-large',
    respond: ({ url, raw }) =>
      raw(
        `HTTP/1.1 302 Found\r\nLocation: ${url('plain')}\r\nContent-Length: 99999999999\r\n\r\n${'x'.repeat(100_000)}`,
      ),
  },
  {
    name: 'wants-password',
    shows: 'Three articles with the right name and password, else that the feed asks for a password.',
    ends: 401,
    respond: ({ request, reply }) => {
      const expected = `Basic ${Buffer.from('reader:s:cret').toString('base64')}`;
      if (request.headers.authorization === expected) return reply({ body: FEED });
      reply({
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="feed"' },
        body: html('Sign in', '<p>Sign in</p>'),
      });
    },
  },
];

function redirect(
  name: string,
  status: number,
  shows: string,
  ends: number | string,
  location: (exchange: Exchange) => string,
): Behaviour {
  return { name, shows, ends, respond: (exchange) => sendTo(exchange, status, location(exchange)) };
}

function sendTo(exchange: Exchange, status: number, location: string): void {
  exchange.reply({ status, headers: { location } });
}
