import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { configurationFor } from './compose.ts';
import { composeHosts } from './files.ts';

const root = path.resolve(import.meta.dirname, '../../..');

test("Compose's Envoy lets out the hosts that the chart lets out unless it is told others", async () => {
  const chart = await readFile(path.join(root, 'skaffold/04-core-services/charts/envoy-proxy/values.yaml'), 'utf8');
  expect(composeHosts).toEqual((parse(chart) as { hosts: unknown }).hosts);
  expect(configurationFor([])).toBe(await readFile(path.join(root, 'deploy/compose/envoy.yaml'), 'utf8'));
});

test('a mail relay and model servers are let out where they are named, each by its own listener', () => {
  const text = configurationFor([
    '--mail',
    'smtp.example.org:465',
    '--model',
    'a.example:443',
    '--model',
    'b.example:443',
  ]);
  const { static_resources: resources } = parse(text) as { static_resources: { listeners: { name: string }[] } };
  const patterns = Object.fromEntries(
    resources.listeners.map((listener) => [
      listener.name,
      [...JSON.stringify(listener).matchAll(/"regex":"\(\?i\)\(\?:(.*?)\)"/g)].map(([, pattern]) => pattern),
    ]),
  );
  expect(patterns).toMatchObject({
    general: [expect.any(String), String.raw`smtp\\.example\\.org:465`],
    oauth: [String.raw`www\\.inoreader\\.com:443`],
    llm: [String.raw`a\\.example:443|b\\.example:443`],
  });
});

test.each(['smtp.example.org', 'https://smtp.example.org:465', '.*:443', 'x:1|y:2'])(
  '%s is refused as a host',
  (host) => {
    expect(() => configurationFor(['--mail', host])).toThrow(`${host} is no host with a port`);
  },
);
