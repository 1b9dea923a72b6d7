import http from 'node:http';
import { type Client, register, type ServerEvent } from '../client.ts';

/** A request that was not answered as it should have been. */
export interface Failure {
  request: string;
  what: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** What a reader's program did and was told. */
export interface Journal {
  answered: number;
  failures: Failure[];
  /** By id of the entry, what was written to it and answered with success. */
  written: Map<string, { starred: boolean; note: string }>;
  /** By id of the entry, what the event stream said of it last. */
  told: Map<string, { read: boolean; starred: boolean }>;
  /** Times that the stream ended and was taken up again. */
  resumed: number;
  signIns: number;
}

/** Chooses where a path is asked for. */
export type Edge = (pathname: string) => string;

export interface LoadingReader {
  client: Client;
  journal: Journal;
  /** One reader's request over connections that are kept, never sent again. Null where it failed, which the journal has. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every endpoint pass through here
  ask(method: string, path: string, options?: { body?: unknown; status?: number }): Promise<any>;
  /** Ends the stream and the connections. */
  stop(): Promise<void>;
}

/** Registers an account at `origin`, and opens its event stream at the edge. */
export async function openReader(origin: string, email: string, edge: Edge): Promise<LoadingReader> {
  const client = await register(origin, email);
  // Without a time of its own, Node's agent would not heed the time for which the server says that it keeps a connection.
  const agent = new http.Agent({ keepAlive: true, timeout: 60_000 });
  const journal: Journal = {
    answered: 0,
    failures: [],
    written: new Map(),
    told: new Map(),
    resumed: 0,
    signIns: 0,
  };
  const fail = (request: string, what: string) => void journal.failures.push({ request, what, at: Date.now() });
  const credentials = () => ({ cookie: client.cookie, 'x-csrf-token': client.csrfToken });
  const events = await followEvents({ agent, edge, credentials, journal, fail });
  return {
    client,
    journal,
    async ask(method, path, { body, status = 200 } = {}) {
      try {
        const answer = await send({ agent, edge, method, path, headers: credentials(), body });
        if (answer.status !== status) {
          fail(`${method} ${path}`, `${answer.status} ${answer.text.slice(0, 200)}`);
          return null;
        }
        journal.answered += 1;
        const isJson = answer.type.includes('json');
        return isJson ? JSON.parse(answer.text) : answer.text;
      } catch (error) {
        fail(`${method} ${path}`, describe(error));
        return null;
      }
    },
    async stop() {
      await events.stop();
      agent.destroy();
    },
  };
}

interface Sent {
  agent: http.Agent;
  edge: Edge;
  method: string;
  path: string;
  headers: http.OutgoingHttpHeaders;
  body?: unknown;
}

/** Resolves with the head of the answer; its body is still to be read. */
function begin({ agent, edge, method, path, headers, body }: Sent): Promise<http.IncomingMessage> {
  const url = new URL(path, edge(path.split('?')[0] ?? path));
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(url, {
      method,
      agent,
      headers: {
        ...headers,
        ...(text === null
          ? {}
          : {
              'content-type': typeof body === 'string' ? 'text/x-opml' : 'application/json',
              'content-length': Buffer.byteLength(text),
            }),
      },
    });
    request.on('response', resolve);
    request.on('error', (error) => reject(Object.assign(error, { isReused: request.reusedSocket })));
    request.end(text ?? undefined);
  });
}

async function send(sent: Sent): Promise<{ status: number; type: string; text: string }> {
  const response = await begin(sent);
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', text };
}

function describe(error: unknown): string {
  const { code, message, isReused } = error as Error & { code?: string; isReused?: boolean };
  return `${code ?? ''} ${message}${isReused ? ' (on a kept connection)' : ''}`;
}

/** What the page does: `EventSource`, which resumes with the last id after the time that the stream asked for. */
async function followEvents(options: {
  agent: http.Agent;
  edge: Edge;
  credentials: () => http.OutgoingHttpHeaders;
  journal: Journal;
  fail(request: string, what: string): void;
}): Promise<{ stop(): Promise<void> }> {
  const { journal, fail } = options;
  const opened = Promise.withResolvers<void>();
  let current: http.IncomingMessage | null = null;
  let lastId: string | null = null;
  let retryMs = 2_000;
  let isStopped = false;
  const hear = ({ event, data }: ServerEvent) => {
    if (event === 'reset') fail('events', 'reset');
    if (event !== 'entries') return;
    for (const { id, read, starred } of data.items) journal.told.set(id, { read, starred });
    for (const id of data.removed) journal.told.delete(id);
  };
  const listen = async () => {
    const resuming = lastId === null ? {} : { 'last-event-id': lastId };
    const headers = { ...options.credentials(), accept: 'text/event-stream', ...resuming };
    const response = await begin({ ...options, method: 'GET', path: '/v1/events', headers });
    current = response;
    if (response.statusCode !== 200) fail('events', String(response.statusCode));
    let pending = '';
    for await (const chunk of response.setEncoding('utf8')) {
      opened.resolve();
      const blocks = (pending + chunk).split('\n\n');
      pending = blocks.pop() ?? '';
      for (const fields of blocks.map(fieldsOf)) {
        if (fields.has('retry')) retryMs = Number(fields.get('retry'));
        if (fields.has('data')) hear(eventOf(fields));
        lastId = fields.get('id') ?? lastId;
      }
    }
  };
  const following = (async () => {
    while (!isStopped) {
      await listen().catch((error) => {
        if (!isStopped) fail('events', describe(error));
      });
      if (isStopped) return;
      journal.resumed += 1;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  })();
  await opened.promise;
  return {
    async stop() {
      isStopped = true;
      current?.destroy();
      await following;
    },
  };
}

function fieldsOf(block: string): Map<string, string> {
  return new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

function eventOf(fields: Map<string, string>): ServerEvent {
  return {
    event: fields.get('event') ?? 'message',
    id: Number(fields.get('id')),
    data: JSON.parse(fields.get('data') ?? '{}'),
  };
}
