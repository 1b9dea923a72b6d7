/** A reader's client: keeps the cookie and the CSRF token, or an API key, and speaks JSON. */
export interface Client {
  origin: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  patch(path: string, body?: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** The headers that say who this is. */
  credentials(): Record<string, string>;
  cookie: string;
  csrfToken: string;
}

export interface Answer {
  status: number;
  headers: Headers;
  // The tests say which shape they expect by what they assert.
  // biome-ignore lint/suspicious/noExplicitAny: answers of every endpoint pass through here
  json: any;
  text: string;
}

/** `address` is where it comes from, for a machine that trusts loopback to say so (ALT_TRUSTED_PROXIES). */
export function createClient(origin: string, options: { apiKey?: string; address?: string } = {}): Client {
  const client: Client = {
    origin,
    cookie: '',
    csrfToken: '',
    credentials: () => ({
      ...(options.apiKey ? { authorization: `Bearer ${options.apiKey}` } : {}),
      ...(client.cookie ? { cookie: client.cookie } : {}),
      ...(options.address ? { 'x-forwarded-for': options.address } : {}),
    }),
    async call(method, path, body, headers = {}) {
      const isText = typeof body === 'string';
      const response = await fetch(`${origin}${path}`, {
        method,
        redirect: 'manual',
        headers: {
          ...(body === undefined ? {} : { 'content-type': isText ? 'text/x-opml' : 'application/json' }),
          ...client.credentials(),
          ...(client.csrfToken ? { 'x-csrf-token': client.csrfToken } : {}),
          ...headers,
        },
        ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      });
      const cookie = response.headers.getSetCookie().find((item) => item.startsWith('alt_session='));
      if (cookie) client.cookie = cookie.split(';')[0] ?? '';
      const text = await response.text();
      const isJson = /^application\/([\w.-]+\+)?json/.test(response.headers.get('content-type') ?? '');
      return {
        status: response.status,
        headers: response.headers,
        text,
        json: isJson && text ? JSON.parse(text) : null,
      };
    },
    get: (path) => client.call('GET', path),
    post: (path, body) => client.call('POST', path, body),
    patch: (path, body) => client.call('PATCH', path, body),
    delete: (path) => client.call('DELETE', path),
  };
  return client;
}

export const PASSWORD = 'correct horse battery staple 7';

/** Registers an account and keeps its session. */
export async function register(origin: string, email: string, options: { address?: string } = {}): Promise<Client> {
  const client = createClient(origin, options);
  const answer = await client.post('/v1/auth/register', { email, password: PASSWORD });
  if (answer.status !== 201) throw new Error(`register: ${answer.status} ${answer.text}`);
  client.csrfToken = answer.json.csrfToken;
  return client;
}

/** Reads server-sent events until `isEnough` says so; then hangs up. */
export async function readEvents(
  client: Client,
  options: {
    since?: number;
    isEnough(events: ServerEvent[]): boolean;
    onOpen?: () => Promise<void>;
    timeoutMs?: number;
  },
): Promise<ServerEvent[]> {
  const hangUp = new AbortController();
  const timer = setTimeout(() => hangUp.abort(new Error('the event did not come')), options.timeoutMs ?? 60_000);
  const events: ServerEvent[] = [];
  try {
    const query = options.since === undefined ? '' : `?since=${options.since}`;
    const response = await fetch(`${client.origin}/v1/events${query}`, {
      headers: { cookie: client.cookie, accept: 'text/event-stream' },
      signal: hangUp.signal,
    });
    if (!response.body) throw new Error('no stream');
    await options.onOpen?.();
    let pending = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      pending += chunk;
      const blocks = pending.split('\n\n');
      pending = blocks.pop() ?? '';
      events.push(...blocks.flatMap(parseEvent));
      if (options.isEnough(events)) return events;
    }
    throw new Error(`the stream ended after ${JSON.stringify(events)}`);
  } finally {
    clearTimeout(timer);
    hangUp.abort();
  }
}

export interface ServerEvent {
  event: string;
  id: number | null;
  // biome-ignore lint/suspicious/noExplicitAny: one of several shapes, named by `event`
  data: any;
}

function parseEvent(block: string): ServerEvent[] {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const data = fields.get('data');
  if (data === undefined) return [];
  const id = fields.get('id');
  return [
    { event: fields.get('event') ?? 'message', id: id === undefined ? null : Number(id), data: JSON.parse(data) },
  ];
}
