import { collectDefaultMetrics, type Registry } from 'prom-client';

/** How finely the delay of the event loop is watched; each look is a timer of the process. */
const LOOP_PRECISION_MS = 100;

/**
 * Adds what every process has (`process_*`, `nodejs_*`) at the first scrape: a process that nobody scrapes watches nothing.
 * Services that share a process each tell of the whole of it.
 */
export function addProcessMetrics(registry: Registry): void {
  if (registry.getSingleMetric('process_cpu_seconds_total')) return;
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_PRECISION_MS });
}
