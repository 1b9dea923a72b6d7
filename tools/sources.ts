import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type ESTree, parseSync, Visitor } from 'rolldown/utils';

export type SourceFunction = { name: string; line: number; lines: number; isComponent: boolean };

export type SourceFile = {
  /** Relative to the root, with forward slashes. */
  path: string;
  lines: number;
  /** What it imports or re-exports, as written, types included. */
  imports: readonly string[];
  functions: readonly SourceFunction[];
};

const ignoredFolders = new Set(['node_modules', 'dist', 'coverage', 'build']);

/** Every TypeScript and JavaScript file below a folder, read and parsed; a file that does not parse stops the check. */
export async function readSources(root: string): Promise<SourceFile[]> {
  const paths = await sourcePaths(root, '');
  return Promise.all(paths.map(async (file) => parseSource(file, await readFile(path.join(root, file), 'utf8'))));
}

/** The imports and functions of one file. Throws where the text is no TypeScript. */
export function parseSource(file: string, text: string): SourceFile {
  const { program, module, errors } = parseSync(file, text);
  const error = errors.find(({ severity }) => severity === 'Error');
  if (error) throw new Error(`${file} cannot be parsed: ${error.message}`);
  const imports = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest }) => moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
  ];
  return {
    path: file,
    lines: lineOf(text, text.trimEnd().length),
    imports,
    functions: functionsOf(file, text, program),
  };
}

type FunctionNode = ESTree.Function | ESTree.ArrowFunctionExpression;

function functionsOf(file: string, text: string, program: ESTree.Program): SourceFunction[] {
  const names = new Map<unknown, string>();
  const found: SourceFunction[] = [];
  const add = (node: FunctionNode) => {
    const name = ('id' in node && node.id?.name) || names.get(node) || '(anonymous)';
    const line = lineOf(text, node.start);
    const isComponent = file.endsWith('.tsx') && /^[A-Z]/.test(name);
    found.push({ name, line, lines: lineOf(text, node.end) - line + 1, isComponent });
  };
  new Visitor({
    VariableDeclarator: ({ id, init }) => void (id.type === 'Identifier' && names.set(init, id.name)),
    Property: ({ key, value }) => void (key.type === 'Identifier' && names.set(value, key.name)),
    MethodDefinition: ({ key, value }) => void (key.type === 'Identifier' && names.set(value, key.name)),
    FunctionDeclaration: add,
    FunctionExpression: add,
    ArrowFunctionExpression: add,
  }).visit(program);
  return found;
}

/** The number of the line on which an offset lies, from 1. */
function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}

async function sourcePaths(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(path.join(root, folder), { withFileTypes: true });
  const nested = entries.map(async (entry) => {
    const name = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) {
      return ignoredFolders.has(entry.name) || entry.name.startsWith('.') ? [] : sourcePaths(root, name);
    }
    return /\.(ts|tsx|mts|mjs|js)$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [name] : [];
  });
  return (await Promise.all(nested)).flat().sort();
}
