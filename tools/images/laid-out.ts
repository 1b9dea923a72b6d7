import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ImageFiles } from './files.ts';

/** The user of all images. */
export const IMAGE_USER = 65_532;

/** The environment of all images, as the Dockerfile sets it; a test compares. */
export const imageEnvironment = {
  NODE_ENV: 'production',
  HOST: '0.0.0.0',
  ALT_DATA_DIR: '/tmp/alt',
  MALLOC_ARENA_MAX: '2',
};

/** A folder that holds what an image holds, with Node and the C library below it. */
export interface LaidOutImage {
  /** Puts secrets where a pod has them. */
  mount(folder: 'alt' | 'alt-ca', files: Record<string, string>): void;
  /** `node main.ts …` in it, as the image's user, everything but /tmp read-only. */
  run(args: readonly string[], environment?: Record<string, string>): RunningImage;
  remove(): void;
}

export interface RunningImage {
  child: ChildProcess;
  /** The exit code; null where a signal ended it. */
  ended: Promise<number | null>;
  output(): string;
}

/** Why an image cannot be entered here, in a sentence; null where it can. */
export function obstacle(): string | null {
  if (process.platform !== 'linux') return 'Images are for Linux; this is another system.';
  try {
    execFileSync('unshare', [...namespaces(), '--', 'chroot', '/', 'true'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'This machine allows neither chroot nor user namespaces (unshare), so no image can be entered.';
  }
}

export function layOut({ files, links }: ImageFiles, root: string): LaidOutImage {
  const folder = mkdtempSync(path.join(tmpdir(), 'alt-image-'));
  chmodSync(folder, 0o755);
  const copy = (from: string, to: string) => {
    mkdirSync(path.dirname(to), { recursive: true });
    try {
      linkSync(realpathSync(from), to);
    } catch {
      copyFileSync(from, to); // on another disk
    }
  };
  for (const file of files) copy(path.join(root, file), path.join(folder, 'app', file));
  for (const link of links) {
    const at = path.join(folder, 'app', link.path);
    mkdirSync(path.dirname(at), { recursive: true });
    symlinkSync(link.to, at);
  }
  copy(process.execPath, path.join(folder, 'usr/local/bin/node'));
  for (const library of librariesOf(process.execPath)) copy(library, path.join(folder, library));
  mkdirSync(path.join(folder, 'tmp'));
  return {
    mount(name, secrets) {
      const at = path.join(folder, 'run/secrets', name);
      mkdirSync(at, { recursive: true });
      for (const [file, content] of Object.entries(secrets)) writeFileSync(path.join(at, file), content);
    },
    run: (args, environment = {}) => enter(folder, args, { ...imageEnvironment, ...environment }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Mounts of its own; without root also users of its own, where the one that we are is called like the image's. */
function namespaces(): string[] {
  if (process.getuid?.() === 0) return ['--mount'];
  return ['--user', `--map-user=${IMAGE_USER}`, `--map-group=${IMAGE_USER}`, '--keep-caps', '--mount'];
}

function enter(folder: string, args: readonly string[], env: Record<string, string>): RunningImage {
  const user = process.getuid?.() === 0 ? [`--userspec=${IMAGE_USER}:${IMAGE_USER}`] : [];
  const steps = [
    'mount --bind "$0" "$0"',
    'mount -o remount,bind,ro "$0"',
    'mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$0/tmp"',
    'exec chroot "$@"',
  ];
  const node = ['/usr/local/bin/node', '/app/main.ts', ...args];
  const child = spawn(
    'unshare',
    [...namespaces(), '--', '/bin/sh', '-c', steps.join(' && '), folder, ...user, folder, ...node],
    { env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, output: () => output };
}

/** What the dynamic linker loads for a program, itself included, and the other parts of the C library. */
function librariesOf(program: string): string[] {
  const lines = execFileSync('ldd', [program], { encoding: 'utf8' }).split('\n');
  const found = lines.flatMap((line) => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1] ?? []);
  const folder = path.dirname(found.find((file) => file.endsWith('/libc.so.6')) ?? '');
  return [...new Set([...found, ...C_LIBRARY.map((name) => path.join(folder, name))])].filter((file) =>
    existsSync(file),
  );
}

/** Packages of native code load these; the base has them as parts of libc6. */
const C_LIBRARY = ['librt.so.1', 'libdl.so.2', 'libpthread.so.0', 'libresolv.so.2'];
