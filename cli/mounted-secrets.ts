import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '@alt/service-kit';
import type { Environment } from './settings.ts';

/** Files of the folder that are no variable: what they hold is too large for one, and is read where it lies. */
const FILES = { 'service-key.json': 'SERVICE_KEY_FILE', 'service-key-set.json': 'SERVICE_KEY_SET_FILE' };

/**
 * The environment with the secrets of `ALT_SECRETS_DIR`: each file there that is named like a variable counts as that
 * variable, without the line break at its end. Throws a ConfigError where the folder is missing, or where a variable says
 * otherwise: then nobody could tell which of the two is meant.
 */
export function withMountedSecrets(environment: Environment): Environment {
  const folder = environment.ALT_SECRETS_DIR;
  if (!folder) return environment;
  const mounted = readFolder(folder);
  for (const [name, value] of Object.entries(mounted)) {
    const given = environment[name];
    if (given && given !== value) {
      throw new ConfigError(
        `${name} is set to one value in the environment and to another in ${folder}. Keep one of them.`,
      );
    }
  }
  return { ...environment, ...mounted };
}

/** One of these secrets as it is mounted now, or null where it is not. */
export function mountedSecret({ ALT_SECRETS_DIR: folder }: Environment, name: string): string | null {
  const file = folder ? path.join(folder, name) : '';
  return file && existsSync(file) ? readSecret(file) : null;
}

/** The passwords of database roles that are mounted, or null where none are. */
export function mountedRolePasswords({ ALT_SECRETS_DIR: folder }: Environment): Record<string, string> | null {
  const file = folder ? path.join(folder, 'role-passwords.json') : '';
  return file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

function readFolder(folder: string): Record<string, string> {
  const names = listFolder(folder);
  const variables = names
    .filter((name) => /^[A-Z][A-Z0-9_]*$/.test(name))
    .map((name) => [name, readSecret(path.join(folder, name))] as const);
  const files = Object.entries(FILES)
    .filter(([name]) => names.includes(name))
    .map(([name, variable]) => [variable, path.join(folder, name)] as const);
  return Object.fromEntries([...variables, ...files]);
}

function readSecret(file: string): string {
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`The secrets of ALT_SECRETS_DIR cannot be read: ${reason}`);
  }
}
