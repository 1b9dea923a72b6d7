import { existsSync, globSync, lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { type Platform, packageFiles, withDependencies } from './packages.ts';
import { imageServices, imageTargets } from './targets.ts';
import { type Parsed, trace } from './trace.ts';

/** What an image holds below its folder: files, and links to workspaces, because Node strips no types in node_modules. */
export interface ImageFiles {
  files: string[];
  links: { path: string; to: string }[];
}

const LICENCES = ['LICENSE', 'NOTICE'];

/** What every entry may run: nothing else of the command line is in an image. */
const COMMANDS = { service: ['./run-serve.ts'], migrations: ['./migrate.ts'] };
/** What is typed into a pod of one service, besides. */
const OWN_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'pre-processor-sidecar': ['./job.ts', './inoreader/sync.ts'],
  'auth-token-manager': ['./job.ts', './tokens/authorize.ts', './tokens/commands.ts'],
};

/**
 * Computes the files of targets from what `main.ts serve <service>` (or `main.ts migrate`) runs, as Node would run it from
 * this root. `shared-auth` is what the images of all services have in common. Throws with a sentence for a target that
 * does not exist, and for code that cannot be followed.
 */
export function createImageFiles(root: string, platform: Platform): (target: string) => ImageFiles {
  const parsed: Parsed = new Map();
  const listed = new Map<string, string[]>();
  const known = new Map<string, ImageFiles>();
  const own = (target: string): ImageFiles => {
    const files = known.get(target) ?? filesOf(target, { root, platform, parsed, listed });
    known.set(target, files);
    return files;
  };
  return (target) => {
    if (!imageTargets.includes(target)) {
      throw new Error(`There is no image ${target}. There are: ${imageTargets.join(', ')}.`);
    }
    if (target !== 'shared-auth') return own(target);
    const [first, ...others] = imageServices.map(own);
    if (!first) throw new Error('There is no service.');
    return others.reduce(common, first);
  };
}

/** What is in one and not in the other. */
export function without(all: ImageFiles, base: ImageFiles): ImageFiles {
  const [files, links] = [new Set(base.files), new Set(base.links.map((link) => link.path))];
  return {
    files: all.files.filter((file) => !files.has(file)),
    links: all.links.filter((link) => !links.has(link.path)),
  };
}

interface Sources {
  root: string;
  platform: Platform;
  parsed: Parsed;
  /** Files of packages that another target needs too. */
  listed: Map<string, string[]>;
}

function filesOf(target: string, { root, platform, parsed, listed }: Sources): ImageFiles {
  const filesIn = (folder: string) => {
    const found = listed.get(folder) ?? packageFiles(folder, root);
    listed.set(folder, found);
    return found;
  };
  const isMigrations = target === 'migrations';
  const laterImports: Record<string, readonly string[]> = {
    'cli/commands.ts': [...COMMANDS[isMigrations ? 'migrations' : 'service'], ...(OWN_COMMANDS[target] ?? [])],
    // Readers' accounts are alt-backend's.
    'cli/tokens/readers.ts': [],
    'cli/registry.ts': isMigrations ? [] : [`../services/${target}/service.ts`],
  };
  const { files, packages } = trace({
    root,
    entry: 'main.ts',
    parsed,
    laterOf: (file) => laterImports[file],
    besideOf: (file) => besideOf(file, root, isMigrations),
  });
  for (const file of extras(target, root)) files.add(file);
  const npm = withDependencies(packages, root, platform);
  const workspaces = [...files].filter((file) => /^(packages|services)\/[^/]+\/package\.json$/.test(file));
  return {
    files: [...files, ...LICENCES, ...npm.flatMap(filesIn)].sort(),
    links: workspaces
      .map((manifest) => linkTo(path.dirname(manifest), root))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** What files that look around themselves read there. */
function besideOf(file: string, root: string, isMigrations: boolean): string[] | undefined {
  switch (file) {
    case 'cli/settings.ts':
      return ['package.json'];
    case 'packages/database/migration-files.ts':
      return isMigrations
        ? globSync(
            ['packages/database/migrations/*.sql', 'services/auth-service/migrations/*.sql', 'services/*/grants.sql'],
            {
              cwd: root,
            },
          ).sort()
        : [];
    case 'packages/database/postgres-binaries.ts':
      return []; // the embedded Postgres, which no image has
    case 'services/alt-frontend/build.ts':
      return builtPage(root);
    default:
      return undefined;
  }
}

function builtPage(root: string): string[] {
  const folder = 'services/alt-frontend/dist';
  if (!existsSync(path.join(root, folder, 'index.html'))) {
    throw new Error('The web app has not been built: npm start does it, and npm test.');
  }
  const found = globSync(`${folder}/**`, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile());
  return found.map((entry) => path.relative(root, path.join(entry.parentPath, entry.name))).sort();
}

/** What nobody imports: the configuration that Kratos takes beside auth-service. */
function extras(target: string, root: string): string[] {
  if (target !== 'auth-service') return [];
  return globSync('services/auth-service/kratos/*.{yaml,json,jsonnet}', { cwd: root }).sort();
}

function linkTo(workspace: string, root: string): ImageFiles['links'][number] {
  const at = `node_modules/@alt/${path.basename(workspace)}`;
  const link = path.join(root, at);
  if (!lstatSync(link).isSymbolicLink() || realpathSync(link) !== realpathSync(path.join(root, workspace))) {
    throw new Error(`${at} is no link to ${workspace}.`);
  }
  return { path: at, to: path.relative(path.dirname(at), workspace) };
}

function common(one: ImageFiles, other: ImageFiles): ImageFiles {
  const [files, links] = [new Set(other.files), new Set(other.links.map((link) => link.path))];
  return {
    files: one.files.filter((file) => files.has(file)),
    links: one.links.filter((link) => links.has(link.path)),
  };
}
