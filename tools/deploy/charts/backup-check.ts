// What the jobs of the backups may hold and reach: their Secret has the keys of every store.
import type { RenderedChart, RenderedObject } from './object-check.ts';

type Pod = {
  metadata?: { labels?: Record<string, string> };
  spec?: {
    containers?: { env?: { name: string; value?: string }[] }[];
    initContainers?: { env?: { name: string; value?: string }[] }[];
    volumes?: { secret?: { secretName?: string; items?: { key: string }[] } }[];
  };
};

/** A key of `backup-secrets`, and the setting of a job by which one sees that it asks the store that the key opens. */
const usersOf: Readonly<Record<string, (env: ReadonlyMap<string, string>) => boolean>> = {
  BACKUP_PASSPHRASE: (env) => env.has('PASSPHRASE_FILE'),
  CLICKHOUSE_PASSWORD: (env) => env.has('CLICKHOUSE_URL'),
  MEILI_MASTER_KEY: (env) => env.has('MEILISEARCH_URL'),
};

/** Sentences about jobs that hold a key of a store they do not ask, and about jobs that ask nobody and may ask every store. */
export function backupErrors(rendered: readonly RenderedChart[]): string[] {
  return rendered
    .filter(({ chart }) => chart.name === 'backup')
    .flatMap(({ chart, profile, objects }) =>
      objects.flatMap((object) =>
        errorsOf(object).map(
          (error) => `${chart.layer}/${chart.name} (${profile}): ${object.kind} ${object.metadata.name} ${error}`,
        ),
      ),
    );
}

function errorsOf(object: RenderedObject): string[] {
  const spec = object.spec as { jobTemplate?: { spec?: { template?: Pod } } } | undefined;
  const pod = object.kind === 'CronJob' ? spec?.jobTemplate?.spec?.template : object.kind === 'Pod' ? object : null;
  if (!pod) return [];
  const { containers = [], initContainers = [], volumes = [] } = (pod as Pod).spec ?? {};
  const env = new Map(
    [...initContainers, ...containers].flatMap((each) => each.env ?? []).map(({ name, value = '' }) => [name, value]),
  );
  const isNeeded = (key: string) =>
    usersOf[key]?.(env) ?? [...env].some(([name, value]) => name === 'PASSWORD_FILE' && value.endsWith(`/${key}`));
  const secrets = volumes.flatMap(({ secret }) => secret ?? []);
  const label = (pod as Pod).metadata?.labels?.['app.kubernetes.io/name'];
  const asksSomebody = ['PGHOST', 'CLICKHOUSE_URL', 'MEILISEARCH_URL'].some((name) => env.has(name));
  return [
    ...secrets.filter(({ items }) => !items?.length).map(({ secretName }) => `holds all keys of ${secretName}.`),
    ...secrets
      .flatMap(({ items = [] }) => items)
      .filter(({ key }) => !isNeeded(key))
      .map(({ key }) => `holds ${key} and does not use it.`),
    ...(label === 'backup' && !asksSomebody ? ['asks no store and may reach every one.'] : []),
  ];
}
