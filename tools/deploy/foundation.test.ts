import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { deploymentSecrets, tunnelSecret } from '../../cli/secrets/deployment.ts';
import {
  foundationDrift,
  foundationFiles,
  KRATOS_ORIGIN,
  KRATOS_TOKEN,
  type SecretDescription,
  secretsInventory,
} from './foundation.ts';

const root = path.resolve(import.meta.dirname, '../..');

test('the derived files of the charts are those that the topology and auth-service make', async () => {
  expect(await foundationDrift()).toEqual([]);
});

test('a derived file that was changed by hand, or is missing, is named', async () => {
  const [file = ''] = foundationFiles(root).keys();
  const kept = readFileSync(path.join(root, file), 'utf8');
  const scratch = mkdtempSync(path.join(tmpdir(), 'alt-foundation-'));
  try {
    const copy = path.join(scratch, 'services/auth-service/kratos');
    cpSync(path.join(root, 'services/auth-service/kratos'), copy, { recursive: true });
    const all = await foundationDrift(scratch);
    expect(all).toHaveLength(foundationFiles(root).size);
    cpSync(path.join(root, 'skaffold'), path.join(scratch, 'skaffold'), { recursive: true });
    expect(await foundationDrift(scratch)).toEqual([]);
    writeFileSync(path.join(scratch, file), `${kept}- name: another\n`);
    expect(await foundationDrift(scratch)).toEqual([expect.stringContaining(file)]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});

test("Kratos' settings hold the stand-ins that the chart and its pod replace, and no address of a place", () => {
  const settings = foundationFiles(root).get('skaffold/05-auth-platform/charts/kratos/files/settings.template') ?? '';
  expect(settings).toContain(`${KRATOS_ORIGIN}/kratos/login`);
  expect(settings).toContain(KRATOS_TOKEN);
  const hosts = [...settings.matchAll(/https?:\/\/([^/"]+)/g)].map(([, host]) => host);
  expect(new Set(hosts)).toEqual(new Set(['origin.alt.invalid', 'auth-service.alt-auth.svc.cluster.local:8080']));
});

test('the inventory is what `alt secrets make` makes', async () => {
  const token = Buffer.from('{"a":"","t":"","s":""}').toString('base64');
  const all = [...(await deploymentSecrets()), tunnelSecret(token)];
  const made = all.map(({ namespace, name, data }) => ({
    namespace,
    name,
    keys: Object.keys(data),
  }));
  const sorted = (secrets: SecretDescription[]) =>
    secrets
      .map(({ namespace, name, keys }) => ({ namespace, name, keys: keys.toSorted() }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  expect(sorted(made)).toEqual(sorted(secretsInventory()));
});

test('every Secret is listed once, and each service with a database is given its address', () => {
  const names = secretsInventory().map(({ namespace, name }) => `${namespace}/${name}`);
  expect(new Set(names).size).toBe(names.length);
  const keysOf = (name: string) => secretsInventory().find((secret) => secret.name === name)?.keys;
  expect(keysOf('alt-backend-secrets')).toContain('DATABASE_URL');
  expect(keysOf('tenant-service-secrets')).toContain('AUTH_DATABASE_URL');
  expect(keysOf('auth-token-manager-secrets')).toEqual(['service-key.json', 'service-key-set.json']);
});
