import path from 'node:path';
import type { SourceFile } from './sources.ts';

/** The packages of ours that a package may import; one that is not listed may import any. */
const packageImports: Readonly<Record<string, readonly string[]>> = {
  topology: [],
  contracts: [],
  feeds: ['contracts'],
  language: ['contracts'],
};

/** Sentences about imports against the direction services → packages; none when every import keeps to it. */
export function boundaryErrors(files: readonly Pick<SourceFile, 'path' | 'imports'>[]): string[] {
  const places = new Map(files.map((file) => [workspaceOf(file.path), file.path.split('/')[0]] as const));
  const isService = (name: string) => places.get(`services/${name}`) !== undefined;
  return files.flatMap((file) =>
    [...new Set(file.imports)].flatMap((specifier) => {
      const reason = objection(file.path, specifier, isService);
      return reason ? [`${file.path} imports ${specifier}: ${reason}`] : [];
    }),
  );
}

function objection(file: string, specifier: string, isService: (name: string) => boolean): string | null {
  const workspace = workspaceOf(file);
  if (!workspace) return null;
  if (specifier.startsWith('.')) {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    if (isWebApp(file) && !isWebApp(target)) return 'the web app reaches its server over HTTP only.';
    return target.startsWith(`${workspace}/`) ? null : 'a relative import stays inside its package or service.';
  }
  const imported = /^@alt\/([^/]+)/.exec(specifier)?.[1];
  if (!imported || (imported === 'testing' && isTest(file))) return null;
  if (`services/${imported}` === workspace || `packages/${imported}` === workspace) return null;
  if (isService(imported)) return 'nothing imports a service; services meet over `host.peer(…)`.';
  if (isWebApp(file)) return imported === 'contracts' ? null : 'of ours the web app imports @alt/contracts only.';
  const allowed = packageImports[workspace.replace('packages/', '')];
  if (!allowed || allowed.includes(imported)) return null;
  return `${workspace} may import ${allowed.map((name) => `@alt/${name}`).join(', ') || 'nothing of ours'}.`;
}

/** `services/x` or `packages/x`; null for what stands above both: main.ts, tools, bench, e2e. */
function workspaceOf(file: string): string | null {
  return /^(?:services|packages)\/[^/]+/.exec(file)?.[0] ?? null;
}

function isWebApp(file: string): boolean {
  return /^services\/alt-frontend\/app(\/|$)/.test(file);
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file);
}
