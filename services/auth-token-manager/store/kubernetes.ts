import { createHash } from 'node:crypto';
import { accessKeyName, TokenStoreError, writeToken } from '@alt/external-tokens';
import { type AccountState, parseState, writeState } from '../state.ts';
import {
  createKubernetesApi,
  type KubernetesApi,
  type KubernetesObject,
  type KubernetesSettings,
} from './kubernetes-api.ts';
import { accessOf, LEASE_NAME, type LeaseRecord, MovedError, type TokenStore } from './store.ts';

export const SECRET_NAME = 'auth-token-manager-tokens';
const VAULT_KEY = /^([a-z0-9-]+)\.([a-z0-9-]+)\.vault\.json$/;
/** Somebody changed something else of the Secret, such as a label, between our reading and our writing. */
const TRIES = 5;

/**
 * One Secret and one Lease of the pod's own namespace; the chart makes both. A key of the Secret holds all of an account, another
 * the access tokens of one provider, which is all that readers mount. One PUT writes both, over the object that was read.
 */
export function createKubernetesStore(settings: KubernetesSettings): TokenStore {
  const api = createKubernetesApi(settings);
  const secretPath = async () => `/api/v1/namespaces/${await api.namespace()}/secrets/${SECRET_NAME}`;
  const leasePath = async () => `/apis/coordination.k8s.io/v1/namespaces/${await api.namespace()}/leases/${LEASE_NAME}`;
  const change = async (edit: (data: Data) => void) => changeSecret(api, await secretPath(), edit);
  return {
    async accounts() {
      return Object.keys(dataOf(await api.get(await secretPath()))).flatMap((key) => {
        const [, provider = '', account = ''] = VAULT_KEY.exec(key) ?? [];
        return provider ? [{ provider, account }] : [];
      });
    },
    async load(provider, account) {
      const kept = dataOf(await api.get(await secretPath()))[vaultKey(provider, account)];
      return kept === undefined ? null : { value: parseState(decode(kept)), version: versionOf(kept) };
    },
    async save(state, version) {
      const kept = encode(writeState(state));
      await change((data) => {
        const key = vaultKey(state.provider, state.account);
        if (versionOf(data[key]) !== version) throw new MovedError();
        data[key] = kept;
        publish(data, state);
      });
      return versionOf(kept) ?? '';
    },
    async remove(provider, account, version) {
      await change((data) => {
        const key = vaultKey(provider, account);
        if (version !== null && versionOf(data[key]) !== version) throw new MovedError();
        delete data[key];
        withdraw(data, provider, account);
      });
    },
    async loadLease() {
      const object = await api.get(await leasePath());
      return { value: leaseOf(object), version: JSON.stringify(object) };
    },
    async saveLease(record, version) {
      if (version === null) throw new TokenStoreError('The Lease of the chart is missing: install the chart again.');
      const before = JSON.parse(version) as KubernetesObject;
      return JSON.stringify(await api.put(await leasePath(), { ...before, spec: specOf(record, before) }));
    },
  };
}

type Data = Record<string, string>;

async function changeSecret(api: KubernetesApi, path: string, edit: (data: Data) => void): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    const secret = await api.get(path);
    const data = { ...dataOf(secret) };
    edit(data);
    try {
      await api.put(path, { ...secret, data });
      return;
    } catch (error) {
      if (!(error instanceof MovedError) || left === 1) throw error;
    }
  }
}

function dataOf({ data }: KubernetesObject): Data {
  return typeof data === 'object' && data !== null ? (data as Data) : {};
}

function vaultKey(provider: string, account: string): string {
  return `${provider}.${account}.vault.json`;
}

/** The Secret has one version for all of its keys; each account has that of its own. */
function versionOf<Kept extends string | undefined>(kept: Kept): Kept extends string ? string : null;
function versionOf(kept: string | undefined): string | null {
  return kept === undefined ? null : createHash('sha256').update(kept).digest('hex');
}

function publish(data: Data, state: AccountState): void {
  const token = accessOf(state);
  if (!token) return;
  const key = accessKeyName(state.provider);
  const accounts = data[key] ? (JSON.parse(decode(data[key])) as Record<string, unknown>) : {};
  data[key] = encode(JSON.stringify({ ...accounts, [state.account]: JSON.parse(writeToken(token)) }));
}

function withdraw(data: Data, provider: string, account: string): void {
  const key = accessKeyName(provider);
  if (!data[key]) return;
  const { [account]: _gone, ...left } = JSON.parse(decode(data[key])) as Record<string, unknown>;
  data[key] = encode(JSON.stringify(left));
}

function leaseOf({ spec }: KubernetesObject): LeaseRecord {
  const { holderIdentity, renewTime, leaseDurationSeconds } = (spec ?? {}) as Record<string, unknown>;
  return {
    holder: typeof holderIdentity === 'string' ? holderIdentity : '',
    renewedAt: typeof renewTime === 'string' ? renewTime : '',
    durationSeconds: typeof leaseDurationSeconds === 'number' ? leaseDurationSeconds : 0,
  };
}

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1: times have six digits after the point. */
function specOf(
  { holder, renewedAt, durationSeconds }: LeaseRecord,
  before: KubernetesObject,
): Record<string, unknown> {
  const present = (before.spec ?? {}) as Record<string, unknown>;
  const isTaken = holder !== '' && holder !== present.holderIdentity;
  const micro = renewedAt.replace(/(\.\d{3})Z$/, '$1000Z');
  return {
    ...present,
    holderIdentity: holder,
    leaseDurationSeconds: durationSeconds,
    renewTime: micro,
    ...(isTaken ? { acquireTime: micro, leaseTransitions: Number(present.leaseTransitions ?? 0) + 1 } : {}),
  };
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64');
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
