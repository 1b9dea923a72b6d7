import type { Endpoint } from '@alt/contracts';
import * as contracts from '@alt/contracts';
import { createKeys } from '@alt/service-kit';
import { publicServiceOf, serviceNames } from '@alt/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadSecrets } from '../cli/settings.ts';
import { startDemoWeb } from '../demo/server.ts';
import type { Client } from './client.ts';
import { type Machine, startMachine } from './harness.ts';
import { type Matrix, makeMatrix } from './matrix-fixture.ts';
import { type Caller, callers, type MatrixRow } from './matrix-kinds.ts';
import { matrixRows } from './matrix-rows.ts';

/** Every public endpoint: what the catalogues of the services list, those that are still to come included. */
const endpoints = Object.entries(contracts)
  .filter(([name]) => name.endsWith('ServiceEndpoints') || name === 'altBackendEndpoints')
  .flatMap(([, list]) => list as readonly Endpoint[]);

describe('the table', () => {
  it('has one row for every public endpoint, and none for what is not there', () => {
    const names = endpoints.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(matrixRows.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });

  it.each(matrixRows.map((row) => [row.name, row] as const))('%s: its row agrees with its declaration', (name, row) => {
    const endpoint = endpoints.find((item) => item.name === name);
    const refused = { anonymous: 401, service: 401 };
    if (endpoint?.access === 'reader') expect(row.statuses).toMatchObject(refused);
    else expect(row.statuses.anonymous).toBe(row.statuses.owner);
    const roles = ['owner', 'admin', 'member', 'reader'] as const;
    for (const role of roles) {
      const isLetIn = roles.indexOf(role) <= roles.indexOf(endpoint?.role ?? 'reader');
      const isSeen = row.statuses[role] !== 403;
      if (endpoint?.access !== 'reader' || (row.narrower && isLetIn)) continue;
      expect([role, isSeen]).toEqual([role, isLetIn]);
    }
    if (endpoint?.needsSession || endpoint?.needsProof) expect(row.statuses.key).toBe(403);
  });
});

describe('every endpoint, asked by everybody', () => {
  let machine: Machine;
  let web: Awaited<ReturnType<typeof startDemoWeb>>;
  let matrix: Matrix;
  let serviceTokens: (endpoint: Endpoint) => Promise<string[]>;

  beforeAll(async () => {
    web = await startDemoWeb({ slowDelayMs: 100 });
    machine = await startMachine('one process', {
      allow: [new URL(web.origin).host],
      // Everybody comes from an address of their own, faster than people do.
      environment: { ALT_RATE_LIMIT_PER_SECOND: '100000', ALT_TRUSTED_PROXIES: '127.0.0.1/32,::1/128' },
    });
    matrix = await makeMatrix(machine, web.feeds);
    serviceTokens = await createServiceTokens(machine);
  }, 240_000);

  afterAll(async () => {
    await matrix?.close();
    await machine?.stop();
    await web?.stop();
  });

  it.each(matrixRows.map((row) => [row.name, row] as const))('%s', async (name, row) => {
    const endpoint = endpoints.find((item) => item.name === name);
    if (!endpoint) throw new Error('the table says so already');
    const seen: Record<string, number> = {};
    for (const caller of callers) {
      if (caller !== 'service') {
        const send = await prepare(row, endpoint, caller);
        seen[caller] = await send({});
        continue;
      }
      const statuses = await asEveryService(row, endpoint);
      seen[caller] = statuses.find((status) => status !== row.statuses.service) ?? row.statuses.service;
    }
    expect(seen).toEqual(row.statuses);
  });

  /** The statuses that services get, at once where nobody is let in. */
  async function asEveryService(row: MatrixRow, endpoint: Endpoint): Promise<number[]> {
    const tokens = (await serviceTokens(endpoint)).map((token) => ({ 'x-alt-service-token': token }));
    if (row.statuses.service === 401) {
      const send = await prepare(row, endpoint, 'service');
      return Promise.all(tokens.map(send));
    }
    // One after the other: a dozen sign-ins to one account at once are an attack.
    const statuses: number[] = [];
    for (const token of tokens) statuses.push(await (await prepare(row, endpoint, 'service'))(token));
    return statuses;
  }

  /** What a caller sends, ready to be sent; it answers with the status. */
  async function prepare(row: MatrixRow, endpoint: Endpoint, caller: Caller) {
    const { fixture } = matrix;
    const params = (await row.params?.(fixture, caller)) ?? {};
    const path = endpoint.path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ''));
    const body = await row.body?.(fixture, caller);
    const client = row.spoilsSession ? await fixture.enter(caller) : matrix.clientOf(caller);
    const target = row.query ? `${path}?${row.query}` : path;
    return (headers: Record<string, string>) => ask(client, endpoint, target, body, { ...row.headers, ...headers });
  }
});

/** The status of an answer; of an event stream its beginning, then it is given up. */
async function ask(
  client: Client,
  { name, access, method, responseType, bodyType }: Endpoint,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<number> {
  if (responseType !== 'text/event-stream') {
    const type: Record<string, string> = bodyType ? { 'content-type': bodyType } : {};
    const { cookie } = client;
    const { status, text } = await client.call(method, path, body, { ...type, ...headers });
    if (access === 'public') client.cookie = cookie; // a sign-in in the table makes nobody somebody else
    if (status >= 500) throw new Error(`${name}: ${text}`);
    return status;
  }
  const hangUp = new AbortController();
  const response = await fetch(`${client.origin}${path}`, {
    headers: { ...client.credentials(), ...headers },
    signal: hangUp.signal,
  });
  hangUp.abort();
  return response.status;
}

/** Real tokens of every service, for the service that answers an endpoint. */
async function createServiceTokens(machine: Machine): Promise<(endpoint: Endpoint) => Promise<string[]>> {
  const secrets = await loadSecrets(machine.dataDir);
  const keys = serviceNames.map((name) => createKeys(name, secrets.keysOf(name)));
  return async ({ path }) => {
    const target = publicServiceOf(path);
    if (!target) throw new Error(`nobody answers ${path}`);
    return Promise.all(keys.map((own) => own.serviceToken(target)));
  };
}
