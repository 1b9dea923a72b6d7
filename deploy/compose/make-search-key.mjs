// Makes search-indexer's key in Meilisearch, which derives its value from the uid and the master key; again is harmless.
import { readFileSync } from 'node:fs';

const UID = 'c0ffee00-5ea7-4c11-8a17-a17000000001';
const server = process.env.MEILISEARCH_URL;
const masterKey = readFileSync('/run/secrets/alt/MEILI_MASTER_KEY', 'utf8');
const headers = { authorization: `Bearer ${masterKey}`, 'content-type': 'application/json' };

const found = await fetch(`${server}/keys/${UID}`, { headers });
if (found.status === 404) {
  const made = await fetch(`${server}/keys`, {
    method: 'POST',
    headers,
    body: JSON.stringify({
      uid: UID,
      name: 'search-indexer',
      actions: ['search', 'documents.*', 'indexes.*', 'settings.*', 'tasks.get', 'stats.get'],
      indexes: ['*'],
      expiresAt: null,
    }),
  });
  if (!made.ok) throw new Error(`Meilisearch makes no key: ${made.status} ${await made.text()}`);
} else if (!found.ok) throw new Error(`Meilisearch answers ${found.status}: ${await found.text()}`);
