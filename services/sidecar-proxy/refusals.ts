import { EgressError, type HostClass } from '@alt/egress';

export interface Refusal {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** The problem document (RFC 9457) for a request that was not let out; its `code` is that of the EgressError. */
export function toRefusal(error: EgressError): Refusal {
  const status = statusOf(error);
  const body = JSON.stringify({
    type: `urn:alt:problem:${error.code}`,
    title: TITLES[status] ?? 'Failed',
    status,
    code: error.code,
    detail: error.message,
  });
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      ...(error.retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(error.retryAfterMs / 1_000)) }),
      connection: 'close',
    },
    body,
  };
}

/** As raw HTTP, for a CONNECT whose socket has no response object. */
export function toResponseBytes({ status, headers, body }: Refusal): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${TITLES[status] ?? 'Failed'}\r\n${lines.join('')}\r\n${body}`;
}

export function hostClassOf(error: EgressError): HostClass {
  if (error.code === 'egress-refused-address') return 'private';
  return error.code.startsWith('egress-') ? 'invalid' : 'public';
}

/** Too many connections at once: the same error that a caller gets when the proxy is down, with a time to try again. */
export function busy(host: string): EgressError {
  return new EgressError('proxy-failed', host, {
    message: 'The proxy that Alt uses to reach the internet is busy.',
    retryAfterMs: 1_000,
  });
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  403: 'Forbidden',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

function statusOf(error: EgressError): number {
  if (error.code === 'egress-invalid-url') return 400;
  if (error.code.startsWith('egress-refused')) return 403;
  if (error.code.startsWith('timeout')) return 504;
  return error.code === 'proxy-failed' ? 503 : 502;
}
