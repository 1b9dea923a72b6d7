import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { EgressError, isEgressErrorCode } from './errors.ts';

const MAX_PROBLEM_BYTES = 16_384;
const PROBLEM_TIMEOUT_MS = 2_000;

/**
 * Opens a tunnel to `host:port` through an HTTP proxy with CONNECT, by name, so that the proxy resolves and checks.
 * Resolves to the raw socket behind the tunnel. Rejects with EgressError: the proxy's own code if it answers with a
 * problem document that carries one, `proxy-failed` if the proxy cannot be used.
 */
export function openTunnel(options: {
  proxyUrl: string;
  /** Without brackets. */
  host: string;
  port: number;
  timeoutMs: number;
  /** The trace for the proxy's own spans, as a `traceparent`; what is behind the tunnel never sees it. */
  trace?: string | null | undefined;
}): Promise<Socket> {
  const { host, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    const request = connectRequest(options);
    const fail = (error: unknown): void => {
      clearTimeout(timer);
      request.destroy();
      reject(error instanceof EgressError ? error : new EgressError('proxy-failed', host, { cause: error }));
    };
    const timer = setTimeout(() => fail(new EgressError('connect-failed', host)), timeoutMs);
    request.on('error', fail);
    request.on('connect', (response, socket, head) => {
      clearTimeout(timer);
      if (head.length > 0) socket.unshift(head);
      if (response.statusCode === 200) return resolve(socket as Socket);
      readProblem(socket, response.headers['content-length']).then(
        (body) => reject(refusal(host, response.statusCode ?? 0, response.headers['retry-after'], body)),
        fail,
      );
    });
    request.end();
  });
}

function connectRequest(options: {
  proxyUrl: string;
  host: string;
  port: number;
  trace?: string | null | undefined;
}): http.ClientRequest {
  const proxy = new URL(options.proxyUrl);
  const authority = `${options.host.includes(':') ? `[${options.host}]` : options.host}:${options.port}`;
  const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const request = (proxy.protocol === 'https:' ? https : http).request({
    method: 'CONNECT',
    hostname: proxy.hostname.replace(/^\[|\]$/g, ''),
    port: proxy.port || (proxy.protocol === 'https:' ? 443 : 80),
    path: authority,
    agent: false,
    headers: {
      host: authority,
      ...(options.trace ? { traceparent: options.trace } : {}),
      ...(credentials === ':' ? {} : { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }),
    },
  });
  return request;
}

/** After a refused CONNECT the parser is gone and the body is still on the socket; reads up to its declared length. */
async function readProblem(socket: Duplex, contentLength: string | undefined): Promise<string> {
  const wanted = Math.min(Number(contentLength) || 0, MAX_PROBLEM_BYTES);
  const timer = setTimeout(() => socket.destroy(), PROBLEM_TIMEOUT_MS);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    if (wanted > 0) {
      for await (const chunk of socket) {
        chunks.push(chunk as Buffer);
        length += (chunk as Buffer).length;
        if (length >= wanted) break;
      }
    }
  } catch {
    // What has arrived is all there is to say about the refusal.
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
  return Buffer.concat(chunks).subarray(0, wanted).toString('utf8');
}

function refusal(host: string, status: number, retryAfter: string | undefined, body: string): EgressError {
  const problem = parseProblem(body);
  if (problem) {
    const retryAfterMs = retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1_000 : undefined;
    return new EgressError(problem.code, host, { message: problem.detail, retryAfterMs });
  }
  const cause = new Error(`the proxy answered CONNECT with ${status}: ${body.slice(0, 200)}`);
  // Envoy answers in plain text: 403 when its filters refuse, 503 when it cannot resolve or reach the host.
  if (status === 403) return new EgressError('egress-refused-address', host, { cause });
  if (status === 502 || status === 503) {
    return new EgressError(/dns/i.test(body) ? 'dns-failed' : 'connect-failed', host, { cause });
  }
  return new EgressError(status === 504 ? 'connect-failed' : 'proxy-failed', host, { cause });
}

function parseProblem(body: string) {
  try {
    const { code, detail } = JSON.parse(body) as { code?: unknown; detail?: unknown };
    return isEgressErrorCode(code) ? { code, detail: typeof detail === 'string' ? detail : undefined } : undefined;
  } catch {
    return undefined;
  }
}
