import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import {
  createSealer,
  parseJson,
  type Sealer,
  sealedFile,
  TokenStoreError,
  type TokenStoreSettings,
  tokenFileName,
  writeToken,
} from '@alt/external-tokens';
import { z } from 'zod';
import { type AccountState, parseState, writeState } from '../state.ts';
import { accessOf, type LeaseRecord, type TokenStore, type Versioned } from './store.ts';
import { createVersionedFiles, type VersionedFiles } from './versioned-files.ts';

const LEASE = 'lease';

interface Parts {
  files: VersionedFiles;
  folder: string;
  vault: Sealer;
  access: Sealer;
}

/**
 * Files of a folder, sealed: `inoreader.default.vault.7.json` with all of an account, `inoreader.default.access.json` for readers,
 * `lease.3.json`.
 */
export function createFileStore(folder: string, keys: TokenStoreSettings['keys']): TokenStore {
  const parts: Parts = {
    files: createVersionedFiles(folder),
    folder,
    vault: createSealer(keys, 'vault'),
    access: createSealer(keys, 'access'),
  };
  const { files } = parts;
  return {
    async accounts() {
      return (await files.bases()).flatMap((base) => {
        const [, provider = '', account = ''] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.vault$/.exec(base) ?? [];
        return provider ? [{ provider, account }] : [];
      });
    },
    load: (provider, account) => load(parts, provider, account),
    save: (state, version) => save(parts, state, version),
    async remove(provider, account) {
      await rm(path.join(folder, tokenFileName(provider, account, 'access')), { force: true });
      await files.remove(baseOf(provider, account));
    },
    republish: (state) => republish(parts, state),
    async loadLease() {
      const found = await files.newest(LEASE, (text) => lease.safeParse(jsonOrNull(text)).success);
      return found && { value: lease.parse(JSON.parse(found.text)), version: found.version };
    },
    saveLease: (record, version) => files.append(LEASE, version, JSON.stringify(record)),
  };
}

const lease: z.ZodType<LeaseRecord> = z.object({
  holder: z.string(),
  renewedAt: z.string(),
  durationSeconds: z.number(),
});

function baseOf(provider: string, account: string): string {
  return `${provider}.${account}.vault`;
}

async function load(parts: Parts, provider: string, account: string): Promise<Versioned<AccountState> | null> {
  const found = await parts.files.newest(baseOf(provider, account), isSealedFile);
  if (!found) return null;
  const { generation, sealed } = sealedFile.parse(JSON.parse(found.text));
  const text = parts.vault.open(Buffer.from(sealed, 'base64'), { provider, account, generation });
  return { value: parseState(text), version: found.version };
}

async function save(parts: Parts, state: AccountState, version: string | null): Promise<string> {
  const { provider, account, generation } = state;
  const context = { provider, account, generation };
  const sealed = parts.vault.seal(writeState(state), context).toString('base64');
  const text = JSON.stringify({ generation, sealed });
  const saved = await parts.files.append(
    baseOf(provider, account),
    version,
    text,
    state.attempt ? Buffer.byteLength(text) : 0,
  );
  // The pair is safe already. Where readers cannot be told now, the next look tells them.
  await publish(parts, state).catch((error: unknown) => {
    if (!(error instanceof TokenStoreError)) throw error;
  });
  return saved;
}

async function publish({ files, access }: Parts, state: AccountState): Promise<void> {
  const { provider, account, generation } = state;
  const token = accessOf(state);
  if (!token) return;
  const sealed = access.seal(writeToken(token), { provider, account, generation }).toString('base64');
  await files.replace(tokenFileName(provider, account, 'access'), JSON.stringify({ generation, sealed }));
}

async function republish(parts: Parts, state: AccountState): Promise<void> {
  const file = path.join(parts.folder, tokenFileName(state.provider, state.account, 'access'));
  const text = await readFile(file, 'utf8').catch(() => '');
  const kept = sealedFile.safeParse(jsonOrNull(text));
  if (!kept.success || kept.data.generation < state.generation) await publish(parts, state);
}

function isSealedFile(text: string): boolean {
  return sealedFile.safeParse(jsonOrNull(text)).success;
}

function jsonOrNull(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
