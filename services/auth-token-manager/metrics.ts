import { Counter, Gauge, type Registry } from 'prom-client';
import type { AccountReport } from './manager.ts';

export interface Metrics {
  refreshed(provider: string, outcome: string): void;
  stand(reports: readonly AccountReport[]): void;
}

/** Numbers for Prometheus; accounts have names that the operator chose. */
export function createMetrics(registry: Registry): Metrics {
  const names = ['provider', 'account'] as const;
  const registers = [registry];
  const expiries = new Gauge({
    name: 'alt_external_token_expiry_timestamp_seconds',
    help: 'When the access token of an account expires, as Unix time.',
    labelNames: names,
    registers,
  });
  const standings = new Gauge({
    name: 'alt_external_token_standing',
    help: '0: well, 1: somebody should look, 2: it is over or nearly so.',
    labelNames: names,
    registers,
  });
  const refreshes = new Counter({
    name: 'alt_external_token_refreshes_total',
    help: 'Refreshes by how they ended.',
    labelNames: ['provider', 'outcome'],
    registers,
  });
  return {
    refreshed: (provider, outcome) => refreshes.inc({ provider, outcome }),
    stand(reports) {
      expiries.reset();
      standings.reset();
      for (const { provider, account, expiresAt, tier } of reports) {
        if (expiresAt) expiries.set({ provider, account }, Date.parse(expiresAt) / 1_000);
        standings.set({ provider, account }, { ok: 0, warning: 1, critical: 2 }[tier]);
      }
    },
  };
}
