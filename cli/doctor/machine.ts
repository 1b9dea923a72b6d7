import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { findRunningEmbedded } from '@alt/database';
import { serviceNames } from '@alt/topology';
import { size } from '../wording.ts';
import { type Finding, fault, remark, well } from './finding.ts';

const NODE_MAJOR = 26;

export function checkNode(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MAJOR) return well(`Node ${process.versions.node}.`);
  return fault(
    `Node ${process.versions.node} is too old: Alt needs ${NODE_MAJOR}. "npm run alt" brings its own; use that.`,
  );
}

const SCARCE_BYTES = 2_000_000_000;
const TOO_LITTLE_BYTES = 300_000_000;

/** Rights, free space and keys of the data folder. */
export function checkDataFolder(dataDir: string): Finding[] {
  const nearest = nearestFolder(dataDir);
  try {
    accessSync(nearest, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    return [
      fault(`${nearest} cannot be written to by this user. Give it to the user that runs Alt, or set ALT_DATA_DIR.`),
    ];
  }
  const free = statfsSync(nearest);
  const freeBytes = free.bavail * free.bsize;
  const space = `${size(freeBytes)} free`;
  const findings: Finding[] = [];
  if (freeBytes < TOO_LITTLE_BYTES)
    findings.push(fault(`${dataDir}: ${space}. Postgres stops when the disk is full; make room.`));
  else if (freeBytes < SCARCE_BYTES)
    findings.push(remark(`${dataDir}: only ${space}. Make room before the disk is full.`));
  else findings.push(well(`The data folder is ${dataDir}, ${space}.`));
  if (existsSync(dataDir)) findings.push(...checkRights(dataDir), ...checkSecrets(dataDir));
  return findings;
}

function checkRights(dataDir: string): Finding[] {
  if (process.getuid === undefined) return [];
  const { mode, uid } = statSync(dataDir);
  if (uid !== process.getuid()) {
    return [fault(`${dataDir} belongs to another user (uid ${uid}). Run this command, and Alt, as that user.`)];
  }
  const secrets = ['secrets.json', 'role-passwords.json'].map((name) => path.join(dataDir, name)).filter(existsSync);
  const isClosed = (mode & 0o077) === 0;
  const open = isClosed ? [] : secrets.filter((file) => (statSync(file).mode & 0o077) !== 0);
  return open.map((file) => fault(`Others can read ${file}, which holds keys. Close it: chmod 600 ${file}`));
}

/** Keys for every service; a file from before a service was added lacks one. */
function checkSecrets(dataDir: string): Finding[] {
  const file = path.join(dataDir, 'secrets.json');
  if (!existsSync(file)) return [];
  try {
    const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: { kid: string }[] };
    const missing = serviceNames.filter((name) => !keys.some(({ kid }) => kid.startsWith(`${name}/`)));
    if (missing.length === 0) return [];
    return [fault(`${file} has no key of ${missing.join(', ')}. Stop Alt, delete the file and start again.`)];
  } catch {
    return [
      fault(
        `${file} cannot be read. Restore it from a backup, or delete it and start again; image links are made anew.`,
      ),
    ];
  }
}

function nearestFolder(folder: string): string {
  let current = folder;
  while (!existsSync(current) && path.dirname(current) !== current) current = path.dirname(current);
  return current;
}

const LEFTOVERS = [/^secrets\.json\.\d+$/, /^role-passwords\.json\.\d+$/, /\.partial-\d+$/];

/** What killed processes left behind. */
export function checkLeftovers(dataDir: string, isHeld: boolean): Finding[] {
  if (!existsSync(dataDir)) return [];
  const findings = readdirSync(dataDir)
    .filter((name) => LEFTOVERS.some((pattern) => pattern.test(name)))
    .map((name) => remark(`${path.join(dataDir, name)} was left behind by a process that was killed; delete it.`));
  if (isHeld) return findings;
  if (findRunningEmbedded(dataDir)) {
    findings.push(remark('A Postgres runs that a killed Alt left behind. The next start stops it and goes on.'));
  } else if (existsSync(path.join(dataDir, 'instance.json'))) {
    findings.push(
      remark('The last Alt here was killed. That does no harm: the next start recovers what was under way.'),
    );
  }
  return findings;
}

/** Whether the image cache keeps to its limit. */
export async function checkImageCache(dataDir: string, maximumMegabytes: number): Promise<Finding[]> {
  const folder = path.join(dataDir, 'cache', 'images');
  if (!existsSync(folder)) return [];
  const bytes = await folderBytes(folder);
  if (bytes > maximumMegabytes * 1.2e6 + 20e6) {
    return [
      remark(
        `The image cache holds ${size(bytes)}, more than ALT_IMAGE_CACHE_MB=${maximumMegabytes} allows. It may be deleted: ${folder}`,
      ),
    ];
  }
  return [well(`The image cache holds ${size(bytes)}.`)];
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const found = await stat(path.join(entry.parentPath, entry.name)).catch(() => null); // evicted meanwhile
    bytes += found?.size ?? 0;
  }
  return bytes;
}
