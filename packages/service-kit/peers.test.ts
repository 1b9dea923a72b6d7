import { Problem } from '@alt/contracts';
import { describe, expect, it } from 'vitest';
import { createPeer } from './peers.ts';
import { createKeys, generateServiceKey, publicHalf, SERVICE_TOKEN_HEADER } from './tokens.ts';

const baseUrl = 'http://peer.test';

async function peerOf(dispatch: (request: Request) => Promise<Response>) {
  const own = await generateServiceKey('gateway');
  const keys = createKeys('gateway', { own, all: [publicHalf(own)] });
  return { keys, peer: createPeer('alt-backend', { keys, baseUrl, dispatch }) };
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no problem',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );
}

describe('a peer', () => {
  it('is called with a service token and everything else unchanged', async () => {
    const { peer, keys } = await peerOf(async (request) => {
      const caller = await keys.callerOf(request.headers.get(SERVICE_TOKEN_HEADER) ?? '', 'alt-backend');
      return Response.json({ caller, url: request.url, body: await request.text() });
    });
    const answer = await (await peer('/v1/x?y=1', { method: 'POST', body: 'text' })).json();
    expect(answer).toEqual({ caller: 'gateway', url: `${baseUrl}/v1/x?y=1`, body: 'text' });
  });

  it('that is down is unavailable, that hangs is late, and a caller who hangs up is let go', async () => {
    const down = await peerOf(() => Promise.reject(new Error('connect ECONNREFUSED')));
    expect(await codeOf(down.peer('/'))).toBe('unavailable');
    const hangs = await peerOf(() => new Promise<Response>(() => {}));
    expect(await codeOf(hangs.peer('/', { timeoutMs: 20 }))).toBe('timeout');
    const caller = new AbortController();
    const aborted = codeOf(hangs.peer('/', { signal: caller.signal }));
    caller.abort();
    expect(await aborted).toMatch(/abort/i);
  });

  it('streams its answer', async () => {
    let push = (_text: string | null) => {};
    const { peer } = await peerOf(async () => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          push = (text) => (text === null ? controller.close() : controller.enqueue(new TextEncoder().encode(text)));
        },
      });
      return new Response(body);
    });
    const chunks = (await peer('/')).body?.getReader();
    push('one');
    expect(new TextDecoder().decode((await chunks?.read())?.value)).toBe('one');
    push('two');
    expect(new TextDecoder().decode((await chunks?.read())?.value)).toBe('two');
    push(null);
    expect((await chunks?.read())?.done).toBe(true);
  });
});
