import { startStaticFeeds } from '@alt/testing/hostile/index.ts';
import { services } from '@alt/topology';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltService, builtServices } from '../cli/registry.ts';
import { register } from './client.ts';
import { eventually, type Machine, startMachine } from './harness.ts';

const HANG_GUARD_MS = 240_000;
/** Of what is ours; a service with more has a label that grows with what people do. */
const MOST_SERIES = 600;

interface Metric {
  name: string;
  type: string;
  help: string;
  samples: { name: string; labels: Record<string, string> }[];
}

describe('what every service tells of itself at /metrics', () => {
  let machine: Machine;
  let found: { service: BuiltService; metrics: Metric[] }[];

  beforeAll(async () => {
    const feeds = await startStaticFeeds({ feeds: 2, items: 3 });
    try {
      machine = await startMachine('a process per service', { allow: [new URL(feeds.origin).host] });
      const ada = await register(machine.origin, 'ada@example.org');
      for (const url of feeds.urls) await ada.post('/v1/subscriptions', { url });
      await eventually(async () => (await ada.get('/v1/counters')).json.unread === 6, 'articles');
      // Requests of strangers: words of theirs must not become labels.
      await ada.call('GET', '/v1/entries/9007199254740991');
      await ada.call('GET', '/v1/nothing/of/ours?secret=1');
      await fetch(`${machine.originOf('alt-backend')}/v1/entries`, { method: 'REPORT' });
    } finally {
      await feeds.stop();
    }
    const listening = builtServices.filter((name) => services[name].port !== null && name !== 'gateway');
    found = await Promise.all(
      listening.map(async (service) => {
        const response = await fetch(`${machine.originOf(service)}/metrics`);
        return { service, metrics: parse(await response.text()) };
      }),
    );
  }, HANG_GUARD_MS);
  afterAll(() => machine?.stop());

  const ours = () => found.flatMap(({ metrics }) => metrics.filter(({ name }) => name.startsWith('alt_')));

  test('every service has metrics of its requests and of its process', () => {
    for (const { service, metrics } of found) {
      const names = metrics.map(({ name }) => name);
      expect(names, service).toEqual(expect.arrayContaining(['alt_http_request_seconds', 'process_cpu_seconds_total']));
      if (services[service].database) expect(names, service).toContain('alt_database_connections');
    }
  });

  test('names follow the conventions of Prometheus: base units, _total for counters and nothing else', () => {
    for (const { name, type, help } of ours()) {
      expect(name).toMatch(/^alt_[a-z][a-z0-9_]*$/);
      expect(help, name).not.toBe('');
      expect([name, type, name.endsWith('_total')]).toEqual([name, type, type === 'counter']);
      expect(name).not.toMatch(/_(ms|millis|milliseconds|minutes|hours|days|kb|mb|kilobytes|megabytes|percent)(_|$)/);
      if (type === 'histogram') expect(name).toMatch(/_(seconds|bytes)$/);
    }
  });

  test('values of labels are few and nobody’s: no ids, addresses or words of readers', () => {
    for (const { service, metrics } of found) {
      const samples = metrics.filter(({ name }) => name.startsWith('alt_')).flatMap((metric) => metric.samples);
      expect(samples.length, service).toBeLessThan(MOST_SERIES);
      for (const { name, labels } of samples) {
        for (const [label, value] of Object.entries(labels)) {
          expect(label, name).toMatch(/^[a-z][a-z_]*$/);
          if (label === 'le' || label === 'status') continue;
          expect([name, label, value]).toEqual([name, label, expect.stringMatching(/^[A-Za-z0-9_/:.*-]{1,80}$/)]);
          expect(value, `${name} ${label}`).not.toMatch(/\d{4,}|@|\?|127\.|[0-9a-f]{8}-/);
        }
      }
    }
  });

  test('periodic work tells when it last succeeded', () => {
    const jobs = found.flatMap(({ service, metrics }) =>
      metrics
        .filter(({ name }) => name === 'alt_task_last_success_timestamp_seconds')
        .flatMap(({ samples }) => samples.map(({ labels }) => `${service} ${labels.task}`)),
    );
    expect(jobs).toEqual(expect.arrayContaining(['alt-backend settling', 'pre-processor upkeep']));
  });
});

/** The text format of Prometheus, as far as our registry writes it. */
function parse(text: string): Metric[] {
  const metrics = new Map<string, Metric>();
  const of = (name: string) => {
    const known = metrics.get(name) ?? { name, type: '', help: '', samples: [] };
    metrics.set(name, known);
    return known;
  };
  for (const line of text.split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') of(name).help = rest;
    else if (kind === 'TYPE') of(name).type = rest;
    else if (line !== '') {
      const [, sample = '', labels = ''] = /^([A-Za-z0-9_:]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
      const family = metrics.has(sample) ? sample : sample.replace(/_(bucket|sum|count)$/, '');
      const pairs = [...labels.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]);
      of(family).samples.push({ name: sample, labels: Object.fromEntries(pairs) });
    }
  }
  return [...metrics.values()];
}
