import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findPackage } from './trace.ts';

interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  os?: string[];
  cpu?: string[];
}

export interface Platform {
  os: string;
  cpu: string;
}

/**
 * The packages of npm that these need in turn, with themselves; relative to the root. Optional ones count where they are
 * installed and made for this platform: native code comes that way.
 */
export function withDependencies(packages: Iterable<string>, root: string, platform: Platform): string[] {
  const found = new Set<string>();
  const waiting = [...packages];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    if (found.has(folder)) continue;
    found.add(folder);
    const absolute = path.join(root, folder);
    const manifest = readManifest(absolute);
    const needed = Object.keys(manifest.dependencies ?? {}).filter((name) => !manifest.optionalDependencies?.[name]);
    for (const name of needed) {
      const dependency = findPackage(name, absolute, root);
      if (!dependency) throw new Error(`${folder} needs ${name}, which is not installed.`);
      waiting.push(path.relative(root, dependency));
    }
    const optional = Object.keys({ ...manifest.optionalDependencies, ...requiredPeers(manifest) });
    for (const name of optional) {
      const dependency = findPackage(name, absolute, root);
      if (dependency && runsOn(readManifest(dependency), platform)) waiting.push(path.relative(root, dependency));
    }
  }
  return [...found].sort();
}

/** The files of a package that its users need: no types, maps, sources, tests and texts, but every licence. */
export function packageFiles(folder: string, root: string): string[] {
  const entries = readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(path.join(root, folder), path.join(entry.parentPath, entry.name)))
    .filter(isNeeded)
    .map((file) => `${folder}/${file}`);
}

const UNNEEDED_FOLDER =
  /^(node_modules|\.github|tests?|test-jest|__tests__|docs?|benchmarks?|bench|examples?|fixtures|coverage|scripts)\//;
const UNNEEDED_FILE =
  /(\.(test|spec)\.[cm]?js|\.d\.[cm]?ts|\.[cm]?tsx?|\.map|\.flow|\.md|\.markdown|\.ya?ml|\.tsbuildinfo)$|(^|\/)\.[^/]+$/i;
const LICENCE = /(^|\/)(licen[cs]e|notice|copying|authors)[^/]*$/i;

function isNeeded(file: string): boolean {
  return (
    (LICENCE.test(file) && !/\.[cm]?[jt]s$/.test(file)) || (!UNNEEDED_FOLDER.test(file) && !UNNEEDED_FILE.test(file))
  );
}

function requiredPeers({ peerDependencies = {}, peerDependenciesMeta = {} }: Manifest): Record<string, string> {
  return Object.fromEntries(Object.entries(peerDependencies).filter(([name]) => !peerDependenciesMeta[name]?.optional));
}

function runsOn({ os, cpu }: Manifest, platform: Platform): boolean {
  return (!os || os.includes(platform.os)) && (!cpu || cpu.includes(platform.cpu));
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
}
