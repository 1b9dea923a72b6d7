import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { testCertificate } from './hostile/certificate.ts';

export interface KubernetesRule {
  apiGroups: string[];
  resources: string[];
  resourceNames: string[];
  verbs: string[];
}

export interface TestKubernetesApi {
  host: string;
  port: number;
  /** PEM of the authority that signed its certificate. */
  ca: string;
  token: string;
  /** An object as it is kept, for looking. */
  object(resource: string, name: string): Record<string, unknown> | undefined;
  /** Changes an object as somebody else would: its version grows. */
  change(resource: string, name: string, edit: (object: Record<string, unknown>) => void): void;
  /** What was asked: `get secrets/x`, and the status of the answer. */
  requests: { what: string; status: number }[];
  /** The next PUT of that resource: not answered until released, before or after it counts; or 500 in its place. */
  fault(resource: string, fault: 'hold' | 'hold-answer' | 'fail' | null): void;
  /** Resolves when something is held. */
  held(): Promise<void>;
  release(): void;
  stop(): Promise<void>;
}

interface State {
  namespace: string;
  rules: KubernetesRule[];
  token: string;
  objects: Map<string, Record<string, unknown>>;
  version: number;
  requests: TestKubernetesApi['requests'];
  faults: Map<string, 'hold' | 'hold-answer' | 'fail'>;
  waiting: (() => void)[];
  onHeld: (() => void)[];
}

const GROUPS: Record<string, string> = { secrets: '', leases: 'coordination.k8s.io' };

/**
 * A Kubernetes API over TLS with the objects that it is given and the rules of one Role: get and update as a real one does them,
 * with `resourceVersion` (409) and RBAC by group, resource, name and verb (403). Everything else is refused.
 */
export async function startKubernetesApi(options: {
  namespace: string;
  rules: KubernetesRule[];
  objects: { resource: string; name: string; object: Record<string, unknown> }[];
}): Promise<TestKubernetesApi> {
  const state: State = {
    namespace: options.namespace,
    rules: options.rules,
    token: `service-account-token-${Math.random().toString(36).slice(2)}`,
    objects: new Map(),
    version: 1_000,
    requests: [],
    faults: new Map(),
    waiting: [],
    onHeld: [],
  };
  for (const { resource, name, object } of options.objects) keep(state, `${resource}/${name}`, { ...object });
  const server = createServer(testCertificate, (request, response) => {
    handle(state, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    ca: testCertificate.cert,
    token: state.token,
    object: (resource, name) => state.objects.get(`${resource}/${name}`),
    change(resource, name, edit) {
      const object = structuredClone(state.objects.get(`${resource}/${name}`) ?? {});
      edit(object);
      keep(state, `${resource}/${name}`, object);
    },
    requests: state.requests,
    fault(resource, fault) {
      if (fault) state.faults.set(resource, fault);
      else state.faults.delete(resource);
    },
    held: () =>
      state.waiting.length > 0 ? Promise.resolve() : new Promise((resolve) => void state.onHeld.push(resolve)),
    release() {
      for (const go of state.waiting.splice(0)) go();
    },
    stop() {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function keep(state: State, key: string, object: Record<string, unknown>): Record<string, unknown> {
  state.version += 1;
  const metadata = { ...(object.metadata as object), resourceVersion: String(state.version) };
  const kept = { ...object, metadata };
  state.objects.set(key, kept);
  return kept;
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  const [, group = '', namespace, resource = '', name = ''] =
    /^\/(?:api|apis\/([^/]+))\/v1\/namespaces\/([^/]+)\/([^/]+)\/([^/?]+)$/.exec(request.url ?? '') ?? [];
  const verb = request.method === 'GET' ? 'get' : request.method === 'PUT' ? 'update' : (request.method ?? '');
  const answer = (status: number, sent: unknown) => {
    state.requests.push({ what: `${verb} ${resource}/${name}`, status });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(sent));
  };
  const refuse = (status: number, reason: string) => answer(status, { kind: 'Status', code: status, reason });
  if (request.headers.authorization !== `Bearer ${state.token}`) return refuse(401, 'Unauthorized');
  const asked = { group, resource, name, verb };
  if (namespace !== state.namespace || GROUPS[resource] !== group || !isAllowed(state.rules, asked)) {
    return refuse(403, 'Forbidden');
  }
  const present = state.objects.get(`${resource}/${name}`);
  if (!present) return refuse(404, 'NotFound');
  if (verb === 'get') return answer(200, present);
  const fault = state.faults.get(resource);
  state.faults.delete(resource);
  if (fault === 'fail') return refuse(500, 'InternalError');
  if (fault === 'hold') await untilReleased(state);
  const [status, kept] = update(state, `${resource}/${name}`, JSON.parse(body));
  if (fault === 'hold-answer') await untilReleased(state);
  answer(status, kept);
}

function update(state: State, key: string, sent: Record<string, unknown>): [number, unknown] {
  const version = (object?: Record<string, unknown>) =>
    (object?.metadata as { resourceVersion?: string })?.resourceVersion;
  if (version(sent) && version(sent) !== version(state.objects.get(key))) {
    return [409, { kind: 'Status', code: 409, reason: 'Conflict' }];
  }
  const invalid = invalidLease(key, sent);
  return invalid
    ? [422, { kind: 'Status', code: 422, reason: 'Invalid', message: invalid }]
    : [200, keep(state, key, sent)];
}

/** What a real one checks of a lease: whole positive durations, counts from 0, times with six digits. */
function invalidLease(key: string, { spec }: Record<string, unknown>): string | null {
  if (!key.startsWith('leases/')) return null;
  const {
    leaseDurationSeconds: duration,
    leaseTransitions: count,
    renewTime,
  } = (spec ?? {}) as Record<string, unknown>;
  if (duration !== undefined && !(Number.isInteger(duration) && Number(duration) > 0)) return 'leaseDurationSeconds';
  if (count !== undefined && !(Number.isInteger(count) && Number(count) >= 0)) return 'leaseTransitions';
  return renewTime === undefined || /T\d\d:\d\d:\d\d\.\d{6}Z$/.test(String(renewTime)) ? null : 'renewTime';
}

function isAllowed(
  rules: KubernetesRule[],
  { group, resource, name, verb }: { group: string; resource: string; name: string; verb: string },
): boolean {
  return rules.some(
    (rule) =>
      rule.apiGroups.includes(group) &&
      rule.resources.includes(resource) &&
      rule.resourceNames.includes(name) &&
      rule.verbs.includes(verb),
  );
}

function untilReleased(state: State): Promise<void> {
  return new Promise((resolve) => {
    state.waiting.push(resolve);
    for (const tell of state.onHeld.splice(0)) tell();
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
