import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { type ESTree, parseSync, Visitor } from 'rolldown/utils';

/** What a module needs when it runs: nothing of it is only about types. */
export interface Needs {
  /** Specifiers as written: `./x.ts`, `@alt/database`, `pg`; those of `createRequire(import.meta.url)('pg')` among them. */
  imports: string[];
  /** Specifiers of `import()`, which a target may leave out. */
  laterImports: string[];
  /** `new URL('./x', import.meta.url)`: threads and files. */
  files: string[];
  /** Whether it finds out where it lies in another way: then only a person can say what it reads there. */
  looksAround: boolean;
}

/** What was reached: our files and workspaces relative to the root, and packages of npm by their folders. */
export interface Traced {
  files: Set<string>;
  packages: Set<string>;
}

export type Parsed = Map<string, Needs>;

export interface TraceOptions {
  root: string;
  entry: string;
  /** What was parsed for another target need not be parsed again. */
  parsed: Parsed;
  /** Which later imports of a file are kept; undefined for all. */
  laterOf(file: string): readonly string[] | undefined;
  /** What a file that looks around reads there, as paths from the root; undefined where nobody has said. */
  besideOf(file: string): readonly string[] | undefined;
}

/** Follows everything that runs from an entry, as Node would. Throws with a sentence where it cannot be followed. */
export function trace(options: TraceOptions): Traced {
  const traced: Traced = { files: new Set(), packages: new Set() };
  const waiting = [options.entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (traced.files.has(file)) continue;
    traced.files.add(file);
    if (/\.(ts|mts|js|mjs)$/.test(file)) waiting.push(...follow(file, options, traced));
  }
  return traced;
}

function follow(file: string, options: TraceOptions, traced: Traced): string[] {
  const { root } = options;
  const needs = options.parsed.get(file) ?? needsOf(file, readFileSync(path.join(root, file), 'utf8'));
  options.parsed.set(file, needs);
  const beside = options.besideOf(file);
  if (needs.looksAround && !beside) {
    throw new Error(`${file} reads files beside itself: say which in tools/images/files.ts.`);
  }
  const kept = options.laterOf(file);
  const missing = kept?.find((specifier) => !needs.laterImports.includes(specifier));
  if (missing) throw new Error(`${file} does not import ${missing}.`);
  for (const read of beside ?? []) traced.files.add(read);
  const found: string[] = [];
  for (const specifier of [...needs.imports, ...(kept ?? needs.laterImports)]) {
    const target = resolve(specifier, file, root, traced);
    if (target) found.push(...target);
  }
  for (const specifier of needs.files) {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    if (statSync(path.join(root, target)).isFile()) found.push(target);
    else if (!beside) throw new Error(`${file} reads the folder ${target}: say what of it in tools/images/files.ts.`);
  }
  return found;
}

/** Our files that a specifier leads to; a package of npm is noted instead. */
function resolve(specifier: string, from: string, root: string, traced: Traced): string[] | null {
  if (specifier.startsWith('node:')) return null;
  if (specifier.startsWith('.')) return [path.posix.join(path.posix.dirname(from), specifier)];
  const [, name = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)(.*)$/.exec(specifier) ?? [];
  const folder = findPackage(name, path.join(root, path.dirname(from)), root);
  if (!folder) throw new Error(`${from} imports ${specifier}, which is not installed.`);
  const real = realpathSync(folder);
  if (real.includes(`${path.sep}node_modules${path.sep}`)) {
    traced.packages.add(path.relative(root, folder));
    return null;
  }
  const workspace = path.relative(realpathSync(root), real);
  return [`${workspace}/${rest === '' ? 'index.ts' : rest.slice(1)}`, `${workspace}/package.json`];
}

/** The folder of a package as Node looks for it: in `node_modules` here, or above, up to the root. */
export function findPackage(name: string, from: string, root: string): string | null {
  for (let folder = from; folder.startsWith(root); folder = path.dirname(folder)) {
    const found = path.join(folder, 'node_modules', name);
    if (existsSync(path.join(found, 'package.json'))) return found;
  }
  return null;
}

/** Exported for its tests. Throws for an `import()` whose specifier is computed, unless the file looks around. */
export function needsOf(file: string, text: string): Needs {
  const { program, errors } = parseSync(file, text);
  const error = errors.find(({ severity }) => severity === 'Error');
  if (error) throw new Error(`${file} cannot be parsed: ${error.message}`);
  const needs: Needs = { imports: [], laterImports: [], files: [], looksAround: false };
  const understood = new Set<unknown>();
  new Visitor({
    ImportDeclaration({ importKind, source }) {
      if (importKind !== 'type') needs.imports.push(source.value);
    },
    ExportNamedDeclaration({ exportKind, source }) {
      if (source && exportKind !== 'type') needs.imports.push(source.value);
    },
    ExportAllDeclaration({ exportKind, source }) {
      if (exportKind !== 'type') needs.imports.push(source.value);
    },
    ImportExpression({ source }) {
      const specifier = literal(source);
      if (specifier === null) needs.looksAround = true;
      else needs.laterImports.push(specifier);
    },
    CallExpression({ callee, arguments: [what] }) {
      const specifier = what ? literal(what) : null;
      if (specifier === null || callee.type !== 'CallExpression' || !isMeta(callee.arguments[0])) return;
      if (callee.callee.type !== 'Identifier' || callee.callee.name !== 'createRequire') return;
      understood.add(callee.arguments[0]);
      needs.imports.push(specifier);
    },
    NewExpression({ callee, arguments: [what, base] }) {
      const specifier = what ? literal(what) : null;
      if (callee.type !== 'Identifier' || callee.name !== 'URL' || specifier === null || !isMeta(base)) return;
      understood.add(base);
      needs.files.push(specifier);
    },
    MemberExpression(node) {
      if (isMeta(node) && !understood.has(node)) needs.looksAround = true;
    },
  }).visit(program);
  return needs;
}

function literal(node: ESTree.Node): string | null {
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : null;
}

/** `import.meta.url`, `.dirname`, `.filename`, `.resolve`; whether it is the entry (`.main`) says nothing about files. */
function isMeta(node: ESTree.Node | undefined): boolean {
  if (node?.type !== 'MemberExpression' || node.object.type !== 'MetaProperty') return false;
  return node.property.type !== 'Identifier' || node.property.name !== 'main';
}
