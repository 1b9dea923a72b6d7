import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readArguments, UsageError } from '../arguments.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../wording.ts';
import { existingIn, type KubernetesSecret, readCluster, readFolders } from './existing.ts';
import { type Change, type Rotation, rotateKeys, rotatePasswords } from './rotation.ts';

/** `alt secrets rotate`: new keys of services, or new passwords of database roles, under services that run. */
export async function rotateSecrets(args: string[], terminal: Terminal): Promise<number> {
  const { given, options } = readArguments(args, { least: 1, options: { dir: 'string', existing: 'string' } });
  const [what] = given;
  if (what !== 'keys' && what !== 'passwords') throw new UsageError(`"${what}" cannot be rotated.`);
  if ((options.dir === undefined) === (options.existing === undefined)) {
    throw new UsageError('Say either --dir or --existing.');
  }
  const rotate = what === 'keys' ? rotateKeys : rotatePasswords;
  if (options.dir !== undefined) {
    const folder = path.resolve(options.dir);
    const rotation = await rotate(readFolders(folder));
    for (const change of rotation.changes) writeChange(folder, change);
    terminal.print(`${counted(rotation.changes.length, 'file')} changed.`);
    return told(rotation, terminal);
  }
  const secrets = await readCluster(options.existing ?? '', terminal);
  const rotation = await rotate(existingIn(secrets));
  const changed = secrets.flatMap((secret) => {
    const own = rotation.changes.filter((change) => change.secret === secret.metadata.name);
    return own.length > 0 ? [withChanges(secret, own)] : [];
  });
  terminal.print(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: changed }, null, 2));
  terminal.remark(`${counted(changed.length, 'Secret')} to replace ("kubectl replace -f -").`);
  return told(rotation, terminal);
}

function told({ said }: Rotation, terminal: Terminal): number {
  terminal.remark(said);
  return 0;
}

/** Whoever reads the file meanwhile reads the one or the other. */
function writeChange(folder: string, { secret, key, value }: Change): void {
  const file = path.join(folder, secret, key);
  rmSync(`${file}.new`, { force: true });
  if (value === null) {
    rmSync(file, { force: true });
    return;
  }
  writeFileSync(`${file}.new`, value);
  chmodSync(`${file}.new`, 0o444); // whatever the umask
  renameSync(`${file}.new`, file);
}

/** The whole Secret; its version is kept, so that the server refuses it where somebody else changed it meanwhile. */
function withChanges({ metadata, type = 'Opaque', data = {} }: KubernetesSecret, changes: Change[]) {
  const { name, namespace, resourceVersion, labels, annotations = {} } = metadata;
  // `kubectl apply` keeps the values there that it was given last.
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...others } = annotations;
  const values = new Map(Object.entries(data));
  for (const { key, value } of changes) {
    if (value === null) values.delete(key);
    else values.set(key, Buffer.from(value).toString('base64'));
  }
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels, annotations: others, resourceVersion },
    type,
    data: Object.fromEntries(values),
  };
}
