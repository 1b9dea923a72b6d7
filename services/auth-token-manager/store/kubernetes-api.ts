import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import path from 'node:path';
import { TokenStoreError } from '@alt/external-tokens';
import { MovedError } from './store.ts';

export interface KubernetesSettings {
  /** As the kubelet names it in KUBERNETES_SERVICE_HOST; null outside a cluster. */
  host: string | null;
  port: number;
  /** With `token`, `ca.crt` and `namespace`. */
  accountFolder: string;
}

export interface KubernetesObject {
  metadata: { name: string; resourceVersion?: string };
  [field: string]: unknown;
}

export interface KubernetesApi {
  namespace(): Promise<string>;
  get(path: string): Promise<KubernetesObject>;
  /** Replaces the object that `resourceVersion` names. Throws MovedError where it is another one by now. */
  put(path: string, object: KubernetesObject): Promise<KubernetesObject>;
}

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 4 * 1_024 * 1_024;

/**
 * Two verbs of the Kubernetes API, as the pod's service account. The token is read at each call, because the kubelet renews it.
 * Rejects with TokenStoreError; its sentence holds nothing of what was sent or received.
 */
export function createKubernetesApi({ host, port, accountFolder }: KubernetesSettings): KubernetesApi {
  if (!host) {
    throw new TokenStoreError(
      'ALT_TOKENS_STORE is kubernetes, and this is no pod: KUBERNETES_SERVICE_HOST is not set.',
    );
  }
  const mounted = async (name: string) => {
    try {
      return (await readFile(path.join(accountFolder, name), 'utf8')).trim();
    } catch {
      throw new TokenStoreError(
        `${path.join(accountFolder, name)} is missing: let the pod mount the token of its service account.`,
      );
    }
  };
  const call = async (method: 'GET' | 'PUT', where: string, body?: KubernetesObject) => {
    const [token, ca] = await Promise.all([mounted('token'), mounted('ca.crt')]);
    const { status, text } = await send({ host, port, method, where, token, ca, body });
    if (status === 409) throw new MovedError();
    if (status !== 200) throw new TokenStoreError(refusal(status, where));
    return parsed(text);
  };
  return {
    namespace: () => mounted('namespace'),
    get: (where) => call('GET', where),
    put: (where, object) => call('PUT', where, object),
  };
}

interface Sent {
  host: string;
  port: number;
  method: 'GET' | 'PUT';
  where: string;
  token: string;
  ca: string;
  body: KubernetesObject | undefined;
}

function send({ host, port, method, where, token, ca, body }: Sent): Promise<{ status: number; text: string }> {
  const text = body && JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) =>
      reject(
        new TokenStoreError(`The Kubernetes API at ${host}:${port} does not answer (${error.code ?? 'timeout'}).`),
      );
    const asked = request(
      {
        host,
        port,
        path: where,
        method,
        ca,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'application/json',
          ...(text ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } : {}),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_BYTES) response.destroy();
          else chunks.push(chunk);
        });
        response.on('error', fail);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        );
      },
    );
    asked.on('error', fail);
    asked.end(text);
  });
}

function refusal(status: number, where: string): string {
  const what = where.split('/').slice(-2).join('/');
  if (status === 403)
    return `The service account may not use ${what}: its Role must allow get and update of this one object.`;
  if (status === 404) return `There is no ${what} in this namespace: the chart makes it. Install the chart again.`;
  if (status === 401) return 'The Kubernetes API does not accept the token of the service account.';
  return `The Kubernetes API answered ${status} for ${what}.`;
}

function parsed(text: string): KubernetesObject {
  try {
    return JSON.parse(text) as KubernetesObject;
  } catch {
    throw new TokenStoreError('The Kubernetes API answered with something that is not JSON.');
  }
}
