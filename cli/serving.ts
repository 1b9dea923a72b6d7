import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A platform that serves a data folder now: its process and where it answers on this machine. */
export interface Serving {
  pid: number;
  origin: string;
}

/** Says in the data folder where this process serves it, for commands beside it. Answers how to take that back. */
export function announceServing(dataDir: string, origin: string): () => void {
  const file = fileOf(dataDir);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(file, JSON.stringify({ pid: process.pid, origin } satisfies Serving), { mode: 0o600 });
  return () => rmSync(file, { force: true });
}

/** The platform that serves a data folder, or null. What a killed one left behind counts as none. */
export async function findServing(dataDir: string): Promise<Serving | null> {
  const serving = read(fileOf(dataDir));
  if (!serving || !isRunning(serving.pid)) return null;
  const response = await fetch(`${serving.origin}/v1/live`, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }).catch(
    () => null,
  );
  const body = (await response?.json().catch(() => null)) as { service?: string } | null | undefined;
  return body?.service === 'alt' ? serving : null;
}

/** The address on this machine of who listens on `host`, which may be all addresses. */
export function localHost(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host;
}

const ANSWER_TIMEOUT_MS = 5_000;

function fileOf(dataDir: string): string {
  return path.join(dataDir, 'serving.json');
}

function read(file: string): Serving | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Serving;
  } catch {
    return null;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
