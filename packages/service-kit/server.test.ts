import http from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ListeningServer, type ListenOptions, listen } from './server.ts';

const servers: ListeningServer[] = [];
const printed: unknown[][] = [];
beforeEach(() => {
  for (const name of ['error', 'info', 'warn'] as const) {
    vi.spyOn(console, name).mockImplementation((...what) => void printed.push(what));
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  printed.length = 0;
  for (const server of servers.splice(0)) await server.stop();
});

async function serve(
  handler: (request: Request) => Promise<Response>,
  options: Pick<ListenOptions, 'isDraining' | 'finishMs'> = {},
): Promise<string> {
  const server = await listen(handler, { port: 0, hostname: '127.0.0.1', ...options });
  servers.push(server);
  return `http://127.0.0.1:${server.port}/`;
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** Reads the first piece of an event stream and hangs up. */
async function hangUpOn(url: string): Promise<void> {
  const hangUp = new AbortController();
  const response = await fetch(url, { signal: hangUp.signal });
  await response.body?.getReader().read();
  hangUp.abort();
}

test('a client that hangs up on an event stream is heard by its source, and nothing is printed', async () => {
  let ended = 0;
  const source = await serve(
    async () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(bytes('event: first\n\n')),
          cancel() {
            ended += 1;
          },
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      ),
  );
  const relay = await serve(async (request) => {
    const { body, headers } = await fetch(source, { signal: request.signal });
    return new Response(body, { headers });
  });
  await hangUpOn(source);
  await expect.poll(() => ended).toBe(1);
  await hangUpOn(relay);
  await expect.poll(() => ended).toBe(2);
  expect(await (await fetch(await serve(async () => new Response('still here')))).text()).toBe('still here');
  expect(printed).toEqual([]);
});

test('a body that breaks by itself is printed and never looks complete', async () => {
  const { promise: read, resolve: breakNow } = Promise.withResolvers<void>();
  const url = await serve(
    async () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(bytes('half')),
          pull: () => read.then(() => Promise.reject(new Error('the source broke'))),
        }),
      ),
  );
  const reader = (await fetch(url)).body?.getReader();
  await reader?.read();
  breakNow();
  await expect(reader?.read()).rejects.toThrow();
  await expect.poll(() => printed.flat().map(String)).toContain('Error: the source broke');
});

test('a kept connection ends with the first answer of a drain', async () => {
  let isDraining = false;
  const url = await serve(async () => new Response('well'), { isDraining: () => isDraining });
  const agent = new http.Agent({ keepAlive: true });
  expect(await ask(url, agent)).toEqual({ text: 'well', isReused: false, connection: 'keep-alive' });
  expect(await ask(url, agent)).toEqual({ text: 'well', isReused: true, connection: 'keep-alive' });
  isDraining = true;
  expect(await ask(url, agent)).toEqual({ text: 'well', isReused: true, connection: 'close' });
  expect(await ask(url, agent)).toEqual({ text: 'well', isReused: false, connection: 'close' });
  agent.destroy();
});

test('stopped, it takes nothing new and lets answers end that are under way, whose heads are out or not', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const { promise: asked, resolve: onAsked } = Promise.withResolvers<void>();
  const { promise: headSeen, resolve: onHead } = Promise.withResolvers<void>();
  const url = await serve(
    async (request) => {
      if (!request.url.endsWith('/head')) {
        onAsked();
        await held;
        return new Response('late');
      }
      return new Response(
        new ReadableStream({
          start: (body) => body.enqueue(bytes('half ')),
          async pull(body) {
            await held;
            body.enqueue(bytes('late'));
            body.close();
          },
        }),
      );
    },
    { finishMs: 60_000 },
  );
  const agent = new http.Agent({ keepAlive: true });
  const answers = [ask(`${url}head`, agent, onHead), ask(url, agent)];
  await Promise.all([asked, headSeen]);
  const stopped = servers[0]?.stop();
  await expect(fetch(url)).rejects.toThrow();
  release();
  expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(['half late', 'late']);
  await stopped;
  agent.destroy();
});

test('the connection of an event stream is used for nothing else', async () => {
  const url = await serve(
    async () => new Response('data: 1\n\n', { headers: { 'content-type': 'text/event-stream' } }),
  );
  expect(await ask(url, http.globalAgent)).toMatchObject({ text: 'data: 1\n\n', connection: 'close' });
});

/** One request, as a client with connections of its own makes it. */
function ask(
  url: string,
  agent: http.Agent,
  onHead = () => {},
): Promise<{ text: string; isReused: boolean; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, async (response) => {
      onHead();
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      resolve({ text, isReused: request.reusedSocket, connection: response.headers.connection });
    });
    request.on('error', reject);
  });
}
