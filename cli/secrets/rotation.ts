import { randomBytes } from 'node:crypto';
import { databaseNames, loginRoles, type OwnDatabase, QUEUE_ROLE, serviceRole } from '@alt/database';
import { ConfigError, generateServiceKey, publicHalf } from '@alt/service-kit';
import { databases, type ServiceName, serviceNames, services } from '@alt/topology';
import { type Existing, QUEUE_KEY, secretName } from './deployment.ts';

/** What changes in one Secret; null takes a key away. */
export interface Change {
  secret: string;
  key: string;
  value: string | null;
}

/** Changes, in the order in which they have to be made, and a sentence that says what was done and what comes next. */
export interface Rotation {
  changes: Change[];
  said: string;
}

const KEY = 'service-key.json';
const NEXT = 'service-key-next.json';
const KEY_SET = 'service-key-set.json';

type Key = Awaited<ReturnType<typeof generateServiceKey>>;

/** Of one service: the key that it signs with, the one that it will sign with, and the ids that it takes from others. */
interface Held {
  name: ServiceName;
  own: Key;
  next: Key | null;
  known: string[];
}

/**
 * The next of three steps by which every service gets a new key: all learn the next keys; all sign with them; all forget the
 * old ones. What is there says which step it is, also after one that broke off. Between two steps every service is restarted.
 * Throws a ConfigError where keys are missing.
 */
export async function rotateKeys(existing: Existing): Promise<Rotation> {
  const all = deployedServices().map((name) => readHeld(name, existing));
  const used = all.flatMap(({ own, next }) => (next ? [own, next] : [own]));
  const isPublished = all.every(({ known }) => used.every(({ kid }) => known.includes(kid)));
  if (!isPublished || all.every(({ next, known }) => next === null && known.length === all.length)) return publish(all);
  return all.some(({ next }) => next) ? exchange(all) : forget(all);
}

async function publish(all: Held[]): Promise<Rotation> {
  const withNext = await Promise.all(
    all.map(async (held) => ({ ...held, next: held.next ?? (await generateServiceKey(held.name)) })),
  );
  const keySet = setOf(withNext.flatMap(({ own, next }) => [own, next]));
  return {
    changes: [
      ...withNext.map(({ name, next }) => changeOf(name, NEXT, JSON.stringify(next))),
      ...withNext.map(({ name }) => changeOf(name, KEY_SET, keySet)),
    ],
    said: 'Step 1 of 3: every service learns the next keys. Restart all services, then run this again.',
  };
}

function exchange(all: Held[]): Rotation {
  const changes = all.flatMap(({ name, next }) =>
    next ? [changeOf(name, KEY, JSON.stringify(next)), changeOf(name, NEXT, null)] : [],
  );
  return {
    changes,
    said:
      'Step 2 of 3: every service signs with its new key, and the old ones are still taken. Restart all services, wait five ' +
      'minutes, for so long a token lives, then run this again.',
  };
}

function forget(all: Held[]): Rotation {
  const keySet = setOf(all.map(({ own }) => own));
  return {
    changes: all.map(({ name }) => changeOf(name, KEY_SET, keySet)),
    said: 'Step 3 of 3: the old keys are taken from nobody any more. Restart all services; that was all.',
  };
}

/** Of services that are deployed: the others have no Secret. */
function deployedServices(): ServiceName[] {
  return serviceNames.filter((name) => services[name].namespace !== null);
}

function readHeld(name: ServiceName, existing: Existing): Held {
  const { [KEY]: own, [NEXT]: next, [KEY_SET]: keySet } = existing.get(secretName(name)) ?? {};
  if (own === undefined || keySet === undefined) {
    throw new ConfigError(`${secretName(name)} has no key of its service. Run \`alt secrets make\` first.`);
  }
  const { keys } = JSON.parse(keySet) as { keys: Key[] };
  return {
    name,
    own: JSON.parse(own) as Key,
    next: next === undefined ? null : (JSON.parse(next) as Key),
    known: keys.map(({ kid }) => kid),
  };
}

function setOf(keys: Key[]): string {
  const byId = new Map(keys.map((key) => [key.kid, publicHalf(key)]));
  return JSON.stringify({ keys: [...byId.values()] });
}

function changeOf(name: ServiceName, key: string, value: string | null): Change {
  return { secret: secretName(name), key, value };
}

/**
 * New passwords for all database roles that log in, in the Secrets of the services and of their servers. A service goes on with
 * the old one until its server refuses it, and then finds the new one where it is mounted.
 */
export function rotatePasswords(existing: Existing): Rotation {
  return {
    changes: databaseNames.flatMap((database) => passwordChanges(database, existing)),
    said:
      'Every role has a new password. Wait until the services see it (on a cluster two minutes), then let the migrations run: ' +
      'they tell the servers. Until then no service should be restarted.',
  };
}

function passwordChanges(database: OwnDatabase, existing: Existing): Change[] {
  const { server, environmentName } = databases[database];
  const kept = existing.get(secretName(server))?.['role-passwords.json'];
  if (kept === undefined) {
    throw new ConfigError(`${secretName(server)} has no role-passwords.json. Run \`alt secrets make\` first.`);
  }
  const made = Object.fromEntries(loginRoles(database).map((role) => [role, randomBytes(32).toString('base64url')]));
  const inAddresses = serviceNames.flatMap((name): Change[] => {
    const [address, password] = [existing.get(secretName(name))?.[environmentName], made[serviceRole(name)]];
    if (address === undefined || password === undefined) return [];
    return [changeOf(name, environmentName, withPassword(address, password))];
  });
  const asked = made[QUEUE_ROLE];
  const isAsked = asked !== undefined && existing.has(secretName('keda-operator'));
  return [
    {
      secret: secretName(server),
      key: 'role-passwords.json',
      value: JSON.stringify({ ...JSON.parse(kept), ...made }),
    },
    ...inAddresses,
    ...(isAsked ? [{ secret: secretName('keda-operator'), key: QUEUE_KEY, value: asked }] : []),
  ];
}

function withPassword(address: string, password: string): string {
  const url = new URL(address);
  url.password = password;
  return url.href;
}
