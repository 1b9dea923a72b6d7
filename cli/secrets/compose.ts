import { randomBytes } from 'node:crypto';
import { accessKeyOf } from '@alt/external-tokens';
import type { ServiceName } from '@alt/topology';
import { type Existing, postgresUrl, type Secret, secretName } from './deployment.ts';

/**
 * What a host with containers needs besides what a cluster has: there, tokens of other services lie in a Secret of Kubernetes,
 * here in the database, sealed. Whoever reads them is given a key that opens access tokens only.
 */
export function withComposeSecrets(secrets: readonly Secret[], existing: Existing): Secret[] {
  const postgres = secrets.find(({ name }) => name === secretName('postgres'));
  const roles = JSON.parse(postgres?.data['role-passwords.json'] ?? '{}') as Record<string, string>;
  const [role, database] = ['auth_token_manager', 'alt'];
  const manager = existing.get(secretName('auth-token-manager'));
  const tokensKey = manager?.ALT_TOKENS_KEY ?? randomBytes(32).toString('base64url');
  const added: Partial<Record<ServiceName, Record<string, string>>> = {
    'auth-token-manager': {
      DATABASE_URL: postgresUrl({ server: 'postgres', user: role, password: roles[role] ?? '', database }),
      ALT_TOKENS_KEY: tokensKey,
    },
    'pre-processor-sidecar': { ALT_TOKENS_ACCESS_KEY: accessKeyOf(tokensKey) },
  };
  const addedTo = new Map(Object.entries(added).map(([name, data]) => [secretName(name as ServiceName), data]));
  return secrets.map((secret) => ({ ...secret, data: { ...addedTo.get(secret.name), ...secret.data } }));
}
