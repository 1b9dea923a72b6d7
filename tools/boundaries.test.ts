import { describe, expect, it } from 'vitest';
import { boundaryErrors } from './boundaries.ts';

const workspaces = [
  'services/alt-backend/service.ts',
  'services/auth-service/service.ts',
  'packages/contracts/index.ts',
];

/** The objections to one import, in a project with two services. */
function objections(path: string, specifier: string): string[] {
  return boundaryErrors([...workspaces.map((file) => ({ path: file, imports: [] })), { path, imports: [specifier] }]);
}

describe('imports that keep to the direction', () => {
  it.each([
    ['services/alt-backend/routes.ts', './store.ts'],
    ['services/alt-backend/reader/ids.ts', '../store.ts'],
    ['services/alt-backend/service.ts', '@alt/service-kit'],
    ['services/alt-backend/service.ts', '@alt/topology/flows.ts'],
    ['services/alt-backend/service.ts', 'zod'],
    ['services/alt-backend/service.test.ts', '@alt/testing'],
    ['services/alt-frontend/app/entries.tsx', '@alt/contracts'],
    ['services/alt-frontend/app/list/row.tsx', '../entries.tsx'],
    ['services/alt-frontend/service.ts', '@alt/service-kit'],
    ['packages/database/tenants.ts', '@alt/topology'],
    ['packages/feeds/parse.ts', '@alt/contracts'],
    ['packages/topology/flows.test.ts', '@alt/testing'],
    ['main.ts', './services/alt-backend/service.ts'],
    ['main.ts', '@alt/alt-backend/service.ts'],
    ['tools/check.ts', '@alt/topology'],
  ])('%s may import %s', (path, specifier) => {
    expect(objections(path, specifier)).toEqual([]);
  });
});

describe('imports against the direction', () => {
  it.each([
    ['services/alt-backend/routes.ts', '@alt/auth-service', 'nothing imports a service'],
    ['services/alt-backend/routes.test.ts', '@alt/auth-service/config.ts', 'nothing imports a service'],
    ['services/alt-backend/routes.ts', '../auth-service/config.ts', 'stays inside'],
    ['packages/database/tenants.ts', '@alt/alt-backend', 'nothing imports a service'],
    ['packages/database/tenants.ts', '../topology/index.ts', 'stays inside'],
    ['packages/database/tenants.ts', '../../services/alt-backend/store.ts', 'stays inside'],
    ['services/alt-frontend/app/entries.tsx', '@alt/topology', '@alt/contracts only'],
    ['services/alt-frontend/app/entries.tsx', '../service.ts', 'over HTTP only'],
    ['packages/topology/flows.ts', '@alt/contracts', 'nothing of ours'],
    ['packages/contracts/entries.ts', '@alt/topology', 'nothing of ours'],
    ['packages/contracts/entries.ts', '@alt/testing', 'nothing of ours'],
    ['packages/feeds/parse.ts', '@alt/egress', 'may import @alt/contracts'],
  ])('%s may not import %s', (path, specifier, reason) => {
    const found = objections(path, specifier);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${path} imports ${specifier}: `);
    expect(found[0]).toContain(reason);
  });
});
