import type { Behaviour } from '../behaviour.ts';
import { posts, rss } from '../documents.ts';

const FEED = rss(posts(3));
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\n';

/** Servers that break HTTP itself: lengths, chunks, timing, the connection. */
export const TRANSPORT: Behaviour[] = [
  {
    name: 'plain',
    shows: 'Three articles, and the feed is well.',
    ends: 200,
    respond: ({ reply }) => reply({ body: FEED }),
  },
  {
    name: 'never-answers',
    shows: 'The feed says that its server accepts requests but does not begin to answer.',
    ends: 'timeout-first-byte',
    respond: () => {},
  },
  {
    name: 'slow-headers',
    shows: 'The feed says that its server took too long to answer.',
    ends: 'timeout',
    respond: ({ raw, every, number }) => {
      raw('HTTP/1.1 200 OK\r\n');
      every(number('everyMs', 20), (turn) => raw(`X-Drip-${turn}: 1\r\n`));
    },
  },
  {
    name: 'slow-drip',
    shows: 'The feed says that its server took too long to answer; no part of it is stored.',
    ends: 'timeout',
    respond: ({ raw, every, number }) => {
      raw(`${HEAD}Content-Length: 1000000\r\n\r\n`);
      every(number('everyMs', 20), (turn) => raw(FEED[turn % FEED.length] ?? ' '));
    },
  },
  {
    name: 'endless-body',
    shows: 'The feed says that its document is larger than Alt accepts.',
    ends: 'body-too-large',
    respond: ({ raw, socket }) => pour(socket, () => raw(NOISE), `${HEAD}Connection: close\r\n\r\n`),
  },
  {
    name: 'endless-chunks',
    shows: 'The feed says that its document is larger than Alt accepts.',
    ends: 'body-too-large',
    respond: ({ raw, socket }) =>
      pour(
        socket,
        () => raw(`${NOISE.length.toString(16)}\r\n${NOISE}\r\n`),
        `${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
      ),
  },
  {
    name: 'length-beyond-cap',
    shows: 'The feed says that its document is larger than Alt accepts, without a byte of it being read.',
    ends: 'body-too-large',
    respond: ({ raw }) => raw(`${HEAD}Content-Length: 99999999999\r\n\r\n`),
  },
  {
    name: 'length-too-long',
    shows: 'The feed says that the connection broke; it is tried again later.',
    ends: 'connection-lost',
    respond: ({ raw, socket }) => {
      raw(`${HEAD}Content-Length: ${FEED.length + 500}\r\n\r\n${FEED}`);
      socket.end();
    },
  },
  {
    name: 'length-too-short',
    shows: 'The articles that fit into the declared length; the document is taken as cut off.',
    ends: 200,
    respond: ({ raw, socket }) => {
      raw(`${HEAD}Content-Length: ${FEED.length - 300}\r\nConnection: close\r\n\r\n${FEED}`);
      socket.end();
    },
  },
  {
    name: 'length-twice',
    shows: 'The feed says that the connection broke: two lengths that differ are an attack or a defect.',
    ends: 'connection-lost',
    respond: ({ raw }) => raw(`${HEAD}Content-Length: 10\r\nContent-Length: ${FEED.length}\r\n\r\n${FEED}`),
  },
  {
    name: 'reset-mid-body',
    shows: 'The feed says that the connection broke; no part of it is stored.',
    ends: 'connection-lost',
    respond: ({ raw, socket }) => {
      raw(`${HEAD}Content-Length: ${FEED.length}\r\n\r\n${FEED.slice(0, 200)}`);
      setImmediate(() => socket.resetAndDestroy());
    },
  },
  {
    name: 'closes-at-once',
    shows: 'The feed says that the connection broke.',
    ends: 'connection-lost',
    respond: ({ socket }) => {
      socket.destroy();
    },
  },
  {
    name: 'closes-every-second-time',
    shows: 'Three articles: a kept connection that turns out to be closed is replaced by a fresh one.',
    ends: 200,
    respond: ({ count, reply, socket }) => {
      if (count % 2 === 0) socket.destroy();
      else reply({ body: FEED });
    },
  },
  {
    name: 'chunked',
    shows: 'Three articles.',
    ends: 200,
    respond: ({ raw }) =>
      raw(
        `${HEAD}Transfer-Encoding: chunked\r\n\r\n${FEED.length.toString(16)};x=y\r\n${FEED}\r\n0\r\nX-Trailer: 1\r\n\r\n`,
      ),
  },
  {
    name: 'chunk-garbage',
    shows: 'The feed says that the connection broke.',
    ends: 'connection-lost',
    respond: ({ raw }) => raw(`${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n${FEED}\r\n0\r\n\r\n`),
  },
  {
    name: 'chunk-missing-end',
    shows: 'The feed says that the connection broke; no part of it is stored.',
    ends: 'connection-lost',
    respond: ({ raw, socket }) => {
      raw(`${HEAD}Transfer-Encoding: chunked\r\n\r\n${FEED.length.toString(16)}\r\n${FEED}\r\n`);
      socket.end();
    },
  },
  {
    name: 'chunk-of-zero-too-early',
    shows: 'Only what came before the empty chunk, which ends the document; it is taken as cut off.',
    ends: 200,
    respond: ({ raw }) => {
      const half = FEED.slice(0, 400);
      raw(
        `${HEAD}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${half.length.toString(16)}\r\n${half}\r\n0\r\n\r\n`,
      );
    },
  },
  {
    name: 'http-1.0',
    shows: 'Three articles, although the end is marked only by closing.',
    ends: 200,
    respond: ({ raw, socket }) => {
      raw(`HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n${FEED}`);
      socket.end();
    },
  },
  {
    name: 'http-0.9',
    shows: 'The feed says that the connection broke: there is no status line, only a document.',
    ends: 'connection-lost',
    respond: ({ raw, socket }) => {
      raw(FEED);
      socket.end();
    },
  },
  {
    name: 'header-flood',
    shows: 'The feed says that its server sends more header data than Alt accepts.',
    ends: 'headers-too-large',
    respond: ({ raw }) => {
      raw(HEAD);
      for (let line = 0; line < 20_000; line++) raw(`X-Flood-${line}: ${'x'.repeat(20)}\r\n`);
      raw('\r\n');
    },
  },
  {
    name: 'header-of-a-megabyte',
    shows: 'The feed says that its server sends more header data than Alt accepts.',
    ends: 'headers-too-large',
    respond: ({ raw }) => raw(`${HEAD}X-Long: ${'x'.repeat(1_000_000)}\r\n\r\n`),
  },
  {
    name: 'headers-with-odd-bytes',
    shows: 'Three articles; header values in Latin-1 disturb nothing.',
    ends: 200,
    respond: ({ raw }) =>
      raw(Buffer.from(`${HEAD}X-Name: caf\xe9 \xff\r\nContent-Length: ${FEED.length}\r\n\r\n${FEED}`, 'latin1')),
  },
  {
    name: 'early-hints',
    shows: 'Three articles; the preliminary answer before them is ignored.',
    ends: 200,
    respond: ({ raw, reply }) => {
      raw('HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n');
      reply({ body: FEED });
    },
  },
  {
    name: 'endless-hints',
    shows: 'The feed says that its server took too long to answer.',
    ends: 'timeout',
    respond: ({ raw, every, number }) =>
      every(number('everyMs', 20), () => raw('HTTP/1.1 103 Early Hints\r\nX-Wait: 1\r\n\r\n')),
  },
  {
    name: 'switches-protocols',
    shows: 'The feed says that the connection broke: nobody asked for another protocol.',
    ends: 'connection-lost',
    respond: ({ raw }) => raw('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: nonsense\r\n\r\n'),
  },
  {
    name: 'second-answer',
    shows: 'Three articles; the answer that nobody asked for is never shown, here or in another feed.',
    ends: 200,
    // In one write: arriving later, it could not be told from the answer to the next request on this connection.
    respond: ({ raw }) =>
      raw(`${HEAD}Content-Length: ${FEED.length}\r\n\r\n${FEED}${HEAD}Content-Length: 8\r\n\r\nSMUGGLED`),
  },
  {
    name: 'keep-alive-lie',
    shows: 'Three articles each time, although the server closes connections that it promised to keep.',
    ends: 200,
    respond: ({ reply, socket }) => {
      reply({ body: FEED, headers: { connection: 'keep-alive', 'keep-alive': 'timeout=600' } });
      socket.end();
    },
  },
];

const NOISE = '<!-- noise -->'.repeat(4_096);

/** Writes as fast as the other side reads, until it closes. */
function pour(socket: import('node:net').Socket, writeOnce: () => void, head: string): void {
  socket.write(head);
  const fill = (): void => {
    while (!socket.destroyed && !socket.writableNeedDrain) writeOnce();
  };
  socket.on('drain', fill);
  fill();
}
