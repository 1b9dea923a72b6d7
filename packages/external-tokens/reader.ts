import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Queryable, statement } from '@alt/database';
import { z } from 'zod';
import { createSealer, type Sealer } from './sealing.ts';
import type { TokenStoreSettings } from './settings.ts';
import { assertNames, parseJson, parseToken, type TokenReader, TokenStoreError, tokenOf } from './token.ts';

export interface TokenReaderOptions extends TokenStoreSettings {
  /** Of the reader's own role, where the store is Postgres: it may select the columns with access tokens only. */
  database: Pick<Queryable, 'one'> | null;
}

/**
 * Reads access tokens, and nothing that renews them, from where auth-token-manager writes them. Every call looks anew: rows,
 * files and a mounted Secret change under a process. Throws TokenStoreError where a key or the database is missing.
 */
export function createTokenReader(options: TokenReaderOptions): TokenReader {
  const { store, folder, keys, database } = options;
  const look = {
    postgres: () => readRows(database, createSealer(keys, 'access')),
    file: () => readFiles(folder, createSealer(keys, 'access')),
    kubernetes: () => readMounted(folder),
  }[store]();
  return {
    async read(provider, account) {
      assertNames(provider, account);
      return look(provider, account);
    },
  };
}

type Read = TokenReader['read'];

const selectAccess = statement<{ generation: number; access: Buffer | null }>(
  'external_token_access',
  'select generation, access from external_tokens where provider = $1 and account = $2',
);

function readRows(database: TokenReaderOptions['database'], sealer: Sealer): Read {
  if (!database) throw new TokenStoreError('External tokens are in Postgres, and there is no database here.');
  return async (provider, account) => {
    const row = await database.one(selectAccess, [provider, account]);
    if (!row?.access) return null;
    return parseToken(sealer.open(row.access, { provider, account, generation: row.generation }));
  };
}

/** A file of the store: the generation is told beside what is sealed, which is bound to it. */
export const sealedFile = z.object({ generation: z.number().int().min(0), sealed: z.base64() });

/** The name of a file: `inoreader.default.access.json`. */
export function tokenFileName(provider: string, account: string, purpose: 'access' | 'vault'): string {
  return `${provider}.${account}.${purpose}.json`;
}

function readFiles(folder: string, sealer: Sealer): Read {
  return async (provider, account) => {
    const text = await readIfThere(path.join(folder, tokenFileName(provider, account, 'access')));
    if (text === null) return null;
    const file = sealedFile.safeParse(parseJson(text));
    if (!file.success) throw new TokenStoreError('A file of the store of tokens is of another release.');
    const { generation, sealed } = file.data;
    return parseToken(sealer.open(Buffer.from(sealed, 'base64'), { provider, account, generation }));
  };
}

/** The key of the Secret with all access tokens of one provider; a reader's pod mounts this key alone. */
export function accessKeyName(provider: string): string {
  return `${provider}.access.json`;
}

const mounted = z.record(z.string(), z.unknown());

function readMounted(folder: string): Read {
  return async (provider, account) => {
    const text = await readIfThere(path.join(folder, accessKeyName(provider)));
    if (text === null) return null;
    const accounts = mounted.safeParse(parseJson(text));
    if (!accounts.success) throw new TokenStoreError('The Secret with external tokens is of another release.');
    const token = accounts.data[account];
    return token === undefined ? null : tokenOf(token);
  };
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return null;
    throw new TokenStoreError(`The store of tokens cannot be read at ${file} (${code}).`);
  }
}
