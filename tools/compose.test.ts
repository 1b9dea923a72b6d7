import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Compose, composeErrors } from './images/compose.ts';

let compose: Compose;
beforeAll(async () => {
  compose = parse(await readFile(path.resolve(import.meta.dirname, '../compose.yaml'), 'utf8'), { merge: true });
});

test('Compose runs what the topology says', () => {
  expect(composeErrors(compose)).toEqual([]);
});

type Break = (services: Compose['services'], all: Compose) => void;
const of = (services: Compose['services'], name: string) => services[name] as Required<Compose['services'][string]>;

test.each<[string, Break, string]>([
  ['a service is missing', (all) => void delete all['tag-generator'], 'tag-generator is not built from its target'],
  [
    'an awaited one has no profile',
    (all) => void Object.assign(all, { 'hasura-sync-service': { image: 'kaikei/hasura-sync-service', networks: {} } }),
    'hasura-sync-service is awaited',
  ],
  [
    'a root can be written',
    (all) => {
      of(all, 'kratos').read_only = false;
    },
    'kratos can write to its own files',
  ],
  [
    'capabilities stay',
    (all) => {
      of(all, 'postgres').cap_drop = [];
    },
    'postgres keeps capabilities',
  ],
  [
    'a port is published',
    (all) => {
      of(all, 'postgres').ports = ['5432:5432'];
    },
    'postgres publishes a port',
  ],
  [
    'a digest is missing',
    (all) => {
      of(all, 'postgres').image = 'postgres:18';
    },
    'The image of postgres has no digest',
  ],
  [
    'a secret is a variable',
    (all) => {
      of(all, 'kratos').environment.KRATOS_TOKEN = 'x';
    },
    'kratos has KRATOS_TOKEN in its environment',
  ],
  [
    'a peer has another address',
    (all) => {
      of(all, 'alt-backend').environment.SEARCH_INDEXER_URL = 'http://x';
    },
    'SEARCH_INDEXER_URL of alt-backend must be',
  ],
  [
    'a peer is too many',
    (all) => {
      of(all, 'tag-generator').environment.AUTH_SERVICE_URL = 'http://x';
    },
    'AUTH_SERVICE_URL of tag-generator must be left out',
  ],
  [
    'the way out is another',
    (all) => {
      of(all, 'pre-processor').environment.EGRESS_PROXY_URL = 'http://x';
    },
    'pre-processor goes out through http://x',
  ],
  [
    'secrets of another are given',
    (all) => {
      of(all, 'kratos').volumes = of(all, 'postgres').volumes;
    },
    'kratos is given postgres-secrets',
  ],
  [
    'an authority is missing',
    (all) => void of(all, 'tag-generator').volumes.pop(),
    'tag-generator lacks the authority',
  ],
  [
    'a way is too many',
    (all) => {
      of(all, 'alt-frontend').networks['to-postgres'] = {};
    },
    'alt-frontend reaches postgres, against',
  ],
  [
    'a way is missing',
    (all) => void delete of(all, 'alt-backend').networks['to-postgres'],
    'alt-backend does not reach postgres',
  ],
  [
    'another way leads out',
    (all) => {
      of(all, 'alt-backend').networks.internet = {};
    },
    'internet must have envoy-proxy alone',
  ],
  [
    'a network leads out',
    (_, all) => {
      all.networks['to-postgres'] = {};
    },
    'to-postgres leads outside',
  ],
  [
    'an address would go stale',
    (all) => {
      of(all, 'nginx-external').depends_on['auth-service'] = { condition: 'service_healthy' };
    },
    'nginx-external keeps the address of auth-service',
  ],
  [
    'a name is missing',
    (all) => {
      of(all, 'postgres').networks['to-postgres'] = {};
    },
    'postgres is not found by its name',
  ],
])('where %s, that is said', (_, breakIt, sentence) => {
  const broken = structuredClone(compose);
  breakIt(broken.services, broken);
  expect(composeErrors(broken).join('\n')).toContain(sentence);
});
