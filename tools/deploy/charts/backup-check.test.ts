import { expect, test } from 'vitest';
import { backupErrors } from './backup-check.ts';

type Setting = { name: string; value: string };

function errors(label: string, env: Setting[], items?: { key: string }[]): string[] {
  const template = {
    metadata: { labels: { 'app.kubernetes.io/name': label } },
    spec: {
      containers: [{ env }],
      volumes: [{ secret: { secretName: 'backup-secrets', ...(items && { items }) } }],
    },
  };
  const job = { kind: 'CronJob', metadata: { name: 'job' }, spec: { jobTemplate: { spec: { template } } } };
  const chart = { name: 'backup', layer: '08-operations', namespace: 'alt-operations' };
  return backupErrors([{ chart, profile: 'prod', objects: [job] }]).map(
    (error) => error.split('CronJob job ')[1] ?? '',
  );
}

const passphrase = { name: 'PASSPHRASE_FILE', value: '/run/secrets/alt/BACKUP_PASSPHRASE' };
const dump = [
  passphrase,
  { name: 'PGHOST', value: 'postgres' },
  { name: 'PASSWORD_FILE', value: '/run/secrets/alt/POSTGRES_PASSWORD' },
];

test('a job of the backups holds the keys of the store that it asks', () => {
  const own = [{ key: 'POSTGRES_PASSWORD' }, { key: 'BACKUP_PASSPHRASE' }];
  expect(errors('backup', dump, own)).toEqual([]);
  expect(errors('backup', dump)).toEqual(['holds all keys of backup-secrets.']);
  expect(errors('backup', dump, [...own, { key: 'KRATOS_POSTGRES_PASSWORD' }, { key: 'MEILI_MASTER_KEY' }])).toEqual([
    'holds KRATOS_POSTGRES_PASSWORD and does not use it.',
    'holds MEILI_MASTER_KEY and does not use it.',
  ]);
});

test('a job that asks no store does not bear the name for which their ways are open', () => {
  const own = [{ key: 'BACKUP_PASSPHRASE' }];
  expect(errors('restore-test', [passphrase], own)).toEqual([]);
  expect(errors('backup', [passphrase], own)).toEqual(['asks no store and may reach every one.']);
});
