import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LeaseRecord, MovedError, type TokenStore } from './store/store.ts';

/** The right to talk to providers. */
export interface Lease {
  readonly holder: string;
  /** Whether it was renewed lately enough for an exchange to begin. */
  isHeld(): boolean;
  /** Says that the holder lives. False where another one has taken it. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

export interface Leasing {
  /** Waits at most so long; null where somebody else has it. Rejects with TokenStoreError. */
  acquire(waitMs: number, signal?: AbortSignal): Promise<Lease | null>;
}

const LOOK_AGAIN_MS = 500;
/** Of its time; after that no exchange begins, though nobody else takes it before the whole. */
const HELD_SHARE = 0.6;

/**
 * One holder at a time. Nobody's clock is trusted: a lease is free when its holder gave it back, when its process is seen to be
 * dead, or when its record did not change for as long as it says by this process's own stopwatch. What keeps a late holder
 * from doing harm is not the lease but the version that each write of a store names.
 */
export function createLeasing(store: TokenStore, durationSeconds: number): Leasing {
  let seen: { version: string; at: number } | null = null;
  const isFree = (record: LeaseRecord, version: string): boolean => {
    if (record.holder === '' || isDead(record.holder)) return true;
    if (seen?.version !== version) seen = { version, at: performance.now() };
    return performance.now() - seen.at > record.durationSeconds * 1_000;
  };
  return {
    async acquire(waitMs, signal) {
      const until = performance.now() + waitMs;
      const holder = `${place()}/${process.pid}/${randomUUID().slice(0, 8)}`;
      for (;;) {
        const found = await store.loadLease();
        if (!found || isFree(found.value, found.version)) {
          const record = { holder, renewedAt: new Date().toISOString(), durationSeconds };
          const version = await store.saveLease(record, found?.version ?? null).catch(moved);
          if (version !== null) return hold(store, record, version);
        } else if (performance.now() >= until || signal?.aborted) return null;
        await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

function hold(store: TokenStore, record: LeaseRecord, first: string): Lease {
  const durationMs = record.durationSeconds * 1_000;
  let version: string | null = first;
  let renewedAt = performance.now();
  let turn: Promise<unknown> = Promise.resolve();
  const write = (next: LeaseRecord) => {
    const written = turn.then(async () => {
      if (version === null) return false;
      const at = performance.now();
      version = await store.saveLease(next, version).catch(moved);
      if (version !== null) renewedAt = at;
      return version !== null;
    });
    turn = written.catch(() => undefined);
    return written;
  };
  const renew = () => write({ ...record, renewedAt: new Date().toISOString() });
  const beating = setInterval(() => void renew().catch(() => undefined), durationMs / 4);
  beating.unref();
  return {
    holder: record.holder,
    isHeld: () => version !== null && performance.now() - renewedAt < durationMs * HELD_SHARE,
    renew,
    async release() {
      clearInterval(beating);
      await write({ holder: '', renewedAt: new Date().toISOString(), durationSeconds: 1 }).catch(() => undefined);
    },
  };
}

function moved(error: unknown): null {
  if (error instanceof MovedError) return null;
  throw error;
}

/** Where process numbers mean the same: this boot of this machine, and on Linux this namespace of processes. */
function place(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
    return `${hostname()}/${boot}-${readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')}`;
  } catch {
    return `${hostname()}/elsewhere`;
  }
}

/** Whether the holder was a process of this very place that is gone. */
function isDead(holder: string): boolean {
  const parts = holder.split('/');
  const pid = Number(parts[2]);
  if (parts.slice(0, 2).join('/') !== place() || parts[1] === 'elsewhere' || !Number.isInteger(pid)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
