import { glob, readFile } from 'node:fs/promises';
import type { Endpoint } from '@alt/contracts';
import * as contracts from '@alt/contracts';
import { createKeys, generateServiceKey, type Keys, publicHalf, SERVICE_TOKEN_HEADER } from '@alt/service-kit';
import { isFlowAllowed, publicServiceOf, type ServerName, type ServiceName, serviceNames } from '@alt/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBuilt } from '../cli/registry.ts';
import { loadSecrets, projectRoot } from '../cli/settings.ts';
import { type Machine, startMachine } from './harness.ts';
import { serviceRows } from './service-matrix-rows.ts';

const isEndpoint = (value: unknown): value is Endpoint =>
  typeof value === 'object' && value !== null && 'access' in value && 'path' in value && 'method' in value;
const declared: Endpoint[] = (Object.values(contracts) as unknown[]).filter(isEndpoint);
const internal = declared.filter(({ access }) => access === 'service');
const forReaders = Object.entries(contracts)
  .filter(([name]) => /Endpoints$/.test(name))
  .flatMap(([, list]) => list as readonly Endpoint[])
  .filter(({ access }) => access === 'reader');

describe('the table of services', () => {
  it('has one row for every endpoint of services, and none for what is not there', () => {
    const names = internal.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(serviceRows.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });

  it('finds every endpoint of services: all are declared and exported by the contracts', async () => {
    let count = 0;
    const files = glob('{packages,services}/**/*.ts', { cwd: projectRoot, exclude: (name) => name === 'node_modules' });
    for await (const file of files) {
      if (/\.test\.ts$/.test(file)) continue;
      const found = (await readFile(`${projectRoot}/${file}`, 'utf8')).match(/access: 'service',/g) ?? [];
      if (!/^packages\/contracts\//.test(file)) expect([file, found]).toEqual([file, []]);
      count += found.length;
    }
    expect(count).toBe(internal.length);
  });

  it.each(serviceRows.map((row) => [row.name, row] as const))(
    '%s is called over flows that are listed',
    (_name, row) => {
      for (const caller of row.callers) expect([caller, isFlowAllowed(caller, row.at)]).toEqual([caller, true]);
    },
  );
});

describe('every endpoint of services, asked by every service', () => {
  let machine: Machine;
  let keys: ReadonlyMap<ServiceName, Keys>;

  beforeAll(async () => {
    machine = await startMachine('a process per service', {
      environment: { ALT_RATE_LIMIT_PER_SECOND: '100000' },
    });
    const secrets = await loadSecrets(machine.dataDir);
    keys = new Map(serviceNames.map((name) => [name, createKeys(name, secrets.keysOf(name))]));
  }, 240_000);
  afterAll(() => machine?.stop());

  /** Whether an endpoint is there for who brings this token. The request is otherwise wrong, so that it does nothing. */
  async function isThere(endpoint: Endpoint, at: ServerName, token: string | null): Promise<boolean> {
    if (!isBuilt(at)) throw new Error(`${at} is not built`);
    const path = endpoint.path.replace(/:\w+/g, '018f3f3f-0000-7000-8000-000000000009');
    const response = await fetch(machine.originOf(at) + path, {
      method: endpoint.method,
      headers: { 'content-type': 'application/json', ...(token === null ? {} : { [SERVICE_TOKEN_HEADER]: token }) },
      ...(endpoint.method === 'GET' ? {} : { body: '{' }),
    });
    // A stream that is there has no end.
    if (response.ok) await response.body?.cancel();
    const text = response.ok ? '' : await response.text();
    return !(response.status === 404 && JSON.parse(text).detail === 'There is nothing at this address.');
  }

  const tokenOf = async (name: ServiceName, audience: ServiceName) => {
    const token = await keys.get(name)?.serviceToken(audience);
    if (!token) throw new Error(`${name} has no key`);
    return token;
  };

  it.each(serviceRows.map((row) => [row.name, row] as const))('%s', async (name, row) => {
    const endpoint = internal.find((item) => item.name === name);
    if (!endpoint) throw new Error('the table says so already');
    const seen: ServiceName[] = [];
    for (const caller of serviceNames) {
      if (await isThere(endpoint, row.at, await tokenOf(caller, row.at))) seen.push(caller);
      const other = serviceNames.find((candidate) => candidate !== row.at && candidate !== caller) ?? 'gateway';
      const replayed = await tokenOf(caller, other);
      expect(await isThere(endpoint, row.at, replayed), `a token of ${caller} for ${other}`).toBe(false);
    }
    expect(seen.toSorted()).toEqual(row.callers.toSorted());
    expect(await isThere(endpoint, row.at, null), 'without a token').toBe(false);
    const stranger = await generateServiceKey(row.callers[0] ?? 'gateway');
    const forged = createKeys(row.callers[0] ?? 'gateway', { own: stranger, all: [publicHalf(stranger)] });
    expect(await isThere(endpoint, row.at, await forged.serviceToken(row.at)), 'with a key of its own').toBe(false);
  });

  it('no service is a reader: what is for readers refuses each of them', async () => {
    for (const endpoint of forReaders) {
      const at = publicServiceOf(endpoint.path);
      if (!at || !isBuilt(at)) continue;
      const path = endpoint.path.replace(/:\w+/g, '1');
      const statuses = await Promise.all(
        serviceNames.map(async (name) => {
          const headers = { [SERVICE_TOKEN_HEADER]: await tokenOf(name, at) };
          const response = await fetch(machine.originOf(at) + path, { method: endpoint.method, headers });
          await response.body?.cancel();
          return response.status;
        }),
      );
      expect([endpoint.name, [...new Set(statuses)]]).toEqual([endpoint.name, [401]]);
    }
  });
});
