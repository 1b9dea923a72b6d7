import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Connection } from './embedded.ts';
import { THROWAWAY_SETTINGS } from './embedded-settings.ts';
import { locatePostgres } from './postgres-binaries.ts';
import { initialiseCluster, spawnPostgres, stopPostgres, waitUntilReady } from './postgres-process.ts';
import { temporaryParent } from './test-server.ts';

/** For tests of what a cluster does: a Postgres that listens on 127.0.0.1, with TLS where a certificate is given. */
export async function startTcpServer(tls?: { certificate: string; key: string }): Promise<TcpServer> {
  const folder = await mkdtemp(join(temporaryParent(), 'alt-tcp-test-'));
  const cluster = join(folder, 'cluster');
  const password = randomBytes(24).toString('base64url');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  const binaries = await locatePostgres(join(folder, 'lib'));
  await initialiseCluster(binaries, { dir: cluster, user: 'postgres', passwordFile, isDurable: false });
  const port = await freePort();
  const settings = {
    ...THROWAWAY_SETTINGS,
    listen_addresses: '127.0.0.1',
    port: String(port),
    ...(tls ? { ssl: 'on' } : {}),
  };
  if (tls) await writeTls(cluster, tls);
  const start = async () => {
    const args = Object.entries({ ...settings, unix_socket_directories: '' }).flatMap(([key, value]) => [
      '-c',
      `${key}=${value}`,
    ]);
    const log = join(folder, 'log');
    const child = spawnPostgres(binaries, ['-D', cluster, ...args], log);
    await waitUntilReady(child, cluster, log);
    return () => stopPostgres(child);
  };
  let stopProcess = await start();
  return {
    connection: { host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' },
    pause: () => stopProcess(),
    async resume() {
      stopProcess = await start();
    },
    async stop() {
      await stopProcess();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface TcpServer {
  connection: Connection;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** Postgres takes a key that only its own user, whoever that is here, can read. */
async function writeTls(cluster: string, { certificate, key }: { certificate: string; key: string }): Promise<void> {
  const { uid, gid } = await stat(cluster);
  await writeFile(join(cluster, 'server.crt'), certificate);
  await writeFile(join(cluster, 'server.key'), key, { mode: 0o600 });
  await chown(join(cluster, 'server.key'), uid, gid);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
