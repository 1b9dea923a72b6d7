/**
 * Loaded into the measured process (`--import`): on SIGUSR2 it writes how late the event loop was since the last time,
 * in milliseconds, into the file that ALT_BENCH_EVENT_LOOP names.
 */
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const RESOLUTION_MS = 5;
const file = process.env.ALT_BENCH_EVENT_LOOP;
if (file && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('SIGUSR2', () => {
    const late = (percentile: number) => Math.max(0, delay.percentile(percentile) / 1e6 - RESOLUTION_MS);
    writeFileSync(file, JSON.stringify({ pid: process.pid, p50: late(50), p99: late(99), max: late(100) }));
    delay.reset();
  });
}
