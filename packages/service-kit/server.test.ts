import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type ListeningServer, listen } from './server.ts';

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

async function serve(handler: (request: Request) => Promise<Response>): Promise<string> {
  const server = await listen(handler, { port: 0, hostname: '127.0.0.1' });
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
