import { hkdfSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, generateServiceKey, type KeyMaterial, publicHalf } from '@alt/service-kit';
import { type ServiceName, serviceNames } from '@alt/topology';
import { z } from 'zod';

export const projectRoot = path.dirname(import.meta.dirname);
export const version: string = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')).version;

const schema = z.object({
  PORT: z.coerce.number('must be a port number').int().min(0).max(65_535).default(8000),
  HOST: z.string().default('127.0.0.1'),
  ALT_DATA_DIR: z.string().default(path.join(projectRoot, '.alt')),
  ALT_PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' }).optional(),
  ALT_TRUSTED_PROXIES: z.string().default(''),
  ALT_EGRESS_ALLOW: z.string().default(''),
  ALT_EXPOSE: z.string().default(''),
  EGRESS_PROXY_URL: z.url('must be the URL of a proxy').optional(),
  DATABASE_URL: z.string().optional(),
  AUTH_DATABASE_URL: z.string().optional(),
  ALT_SECRETS_DIR: z.string().optional(),
  ALT_DRAIN_SECONDS: z.coerce.number('must be a number of seconds').min(0).max(600).default(0),
  ALT_FINISH_SECONDS: z.coerce.number('must be a number of seconds').min(0).max(3_600).default(3),
  ALT_KEEP_LOGS: z.enum(['on', 'off'], 'must be on or off').default('on'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).optional(),
});

export type Environment = Record<string, string | undefined>;

/** What every command reads from the environment. Throws a ConfigError with a sentence for each mistake. */
export function readSettings(environment: Environment = process.env) {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (!result.success) {
    const sentences = result.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}.`);
    throw new ConfigError(`Alt cannot start with these settings.\n  ${sentences.join('\n  ')}`);
  }
  const values = result.data;
  return {
    ...values,
    ALT_DATA_DIR: path.resolve(values.ALT_DATA_DIR),
    publicUrl: new URL(values.ALT_PUBLIC_URL ?? `http://localhost:${values.PORT}`),
  };
}

export type Settings = ReturnType<typeof readSettings>;

/** What services find in a data folder; the same names in the environment go before. */
export function derivedSettings(dataDir: string): Environment {
  return {
    ALT_CACHE_DIR: path.join(dataDir, 'cache'),
    ALT_SEARCH_DIR: path.join(dataDir, 'search'),
    RASK_SPOOL_DIR: path.join(dataDir, 'logs'),
    ALT_TOKENS_DIR: path.join(dataDir, 'tokens'),
  };
}

/** The honest name under which Alt asks for feeds and pages. */
export function userAgent({ ALT_PUBLIC_URL }: Pick<Settings, 'ALT_PUBLIC_URL'>): string {
  return `Alt/${version} (${ALT_PUBLIC_URL ? `+${ALT_PUBLIC_URL}` : 'self-hosted feed reader'})`;
}

/** The secrets of a data folder, made at first use and readable by its owner only. */
export async function loadSecrets(
  dataDir: string,
): Promise<{ imageKey: string; secretKey: string; keysOf(service: ServiceName): KeyMaterial }> {
  const file = path.join(dataDir, 'secrets.json');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const keys = await Promise.all(serviceNames.map(generateServiceKey));
    const beside = `${file}.${process.pid}`;
    const made = { imageKey: randomKey(), secretKey: randomKey(), keys };
    writeFileSync(beside, JSON.stringify(made), { mode: 0o600 });
    renameSync(beside, file);
  }
  const kept: { imageKey: string; secretKey?: string; keys: KeyMaterial['all'] } = JSON.parse(
    readFileSync(file, 'utf8'),
  );
  const { imageKey, keys } = kept;
  const all = keys.map(publicHalf);
  return {
    imageKey,
    // A file of an older Alt has none. Derived, so that processes that start at once have the same.
    secretKey:
      kept.secretKey ?? Buffer.from(hkdfSync('sha256', imageKey, '', 'alt secret key', 32)).toString('base64url'),
    keysOf(service) {
      const own = keys.find(({ kid }) => kid.startsWith(`${service}/`));
      if (!own) throw new ConfigError(`${file} has no key of ${service}. Stop Alt, delete the file and start again.`);
      return { own, all };
    },
  };
}

function randomKey(): string {
  return randomBytes(32).toString('base64url');
}

/** The keys of a service from mounted files, as on a cluster. */
export function readKeyFiles(keyFile: string, keySetFile: string): KeyMaterial {
  const own = JSON.parse(readFileSync(keyFile, 'utf8'));
  const { keys } = JSON.parse(readFileSync(keySetFile, 'utf8'));
  return { own, all: keys };
}
