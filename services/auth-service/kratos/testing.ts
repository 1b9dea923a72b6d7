import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openClient } from '@alt/database';
import { testServer } from '@alt/database/testing.ts';
import { freePort } from '@alt/testing/free-port.ts';
import { kratosSettings } from './settings.ts';

/** A real Kratos with a database of its own, as the shipped configuration sets it up. */
export interface RunningKratos {
  publicUrl: string;
  adminUrl: string;
  /** What it printed, for a test that failed. */
  log(): string;
  stop(): Promise<void>;
}

export interface KratosOptions {
  binary: string;
  /** The address at which browsers reach Alt. */
  origin: string;
  /** Where auth-service takes what Kratos tells it: registrations, and mails to be sent. */
  authService: { url: string; token: string };
}

const START_TIMEOUT_MS = 60_000;
const SECRETS = { cookie: ['a cookie secret of this test alone'], cipher: ['a-32-character-secret-of-a-test!'] };

/** Starts Kratos on a fresh database of the test run's Postgres. */
export async function startKratos({ binary, origin, authService }: KratosOptions): Promise<RunningKratos> {
  const { superuser } = await testServer();
  const database = `kratos_${Math.random().toString(36).slice(2)}`;
  const admin = await openClient({ ...superuser, applicationName: 'kratos test', statementTimeoutMs: 0 });
  await admin.query(`create database ${database}`);
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-kratos-test-'));
  const [publicPort, adminPort] = [await freePort(), await freePort()];
  const publicUrl = `http://127.0.0.1:${publicPort}`;
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const { host, port, user, password = '' } = superuser;
  const environment = {
    PATH: process.env.PATH,
    HOME: folder,
    DSN: `postgres://${user}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(host)}&port=${port}&sslmode=disable`,
    SERVE_PUBLIC_PORT: String(publicPort),
    SERVE_PUBLIC_HOST: '127.0.0.1',
    SERVE_ADMIN_PORT: String(adminPort),
    SERVE_ADMIN_HOST: '127.0.0.1',
  };
  const configuration = path.join(folder, 'test.yaml');
  await writeFile(
    configuration,
    JSON.stringify({ ...kratosSettings({ origin, authService, folder: import.meta.dirname }), secrets: SECRETS }),
  );
  const shipped = path.join(import.meta.dirname, 'kratos.yaml');
  const files = ['--config', shipped, '--config', configuration];
  const output: string[] = [];
  const start = (args: string[]) => {
    const child = spawn(binary, [...args, ...files], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(String(chunk)));
    return child;
  };
  const migration = start(['migrate', 'sql', '--read-from-env', '--yes']);
  const [status] = await once(migration, 'exit');
  if (status !== 0) throw new Error(`kratos migrate ended with ${status}:\n${output.join('')}`);
  const serving = start(['serve', '--watch-courier']);
  const ended = once(serving, 'exit');
  const stop = async () => {
    serving.kill('SIGTERM');
    await ended;
    await admin.query(`drop database ${database} with (force)`);
    await admin.end();
    await rm(folder, { recursive: true, force: true });
  };
  const until = Date.now() + START_TIMEOUT_MS;
  while (!(await fetch(`${adminUrl}/admin/health/ready`).catch(() => null))?.ok) {
    if (serving.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`kratos does not start:\n${output.join('')}`);
    }
    await sleep(50);
  }
  return { publicUrl, adminUrl, log: () => output.join(''), stop };
}
