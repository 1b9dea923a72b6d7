import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeAuthority, makeCertificate } from '@alt/database/certificates.ts';
import { startTcpServer, type TcpServer } from '@alt/database/tcp-server.ts';
import { freePort } from '@alt/testing/free-port.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deploymentSecrets, type Secret, secretName } from '../cli/secrets/deployment.ts';
import { buildFrontend } from '../services/alt-frontend/build.ts';
import { createImageFiles, type ImageFiles, without } from './images/files.ts';
import { layOut, obstacle, type RunningImage } from './images/laid-out.ts';
import { awaitedErrors, imageServices, imageTargets } from './images/targets.ts';
import { needsOf } from './images/trace.ts';

const root = path.dirname(import.meta.dirname);
const filesOf = createImageFiles(root, { os: 'linux', cpu: process.arch });
/** A native package, and threads; all with ALT_TEST_LONG. */
const started = process.env.ALT_TEST_LONG ? imageServices : (['auth-service', 'tag-generator'] as const);

beforeAll(async () => {
  await buildFrontend({});
});

test('every service is written and has a target, or is awaited', () => {
  expect(awaitedErrors()).toEqual([]);
  expect(imageTargets).toEqual(['shared-auth', ...imageServices, 'migrations']);
});

describe.each(imageTargets)('%s', (target) => {
  test('holds nothing of another service, no tests, no tools and nothing of development', () => {
    const { files, links } = filesOf(target);
    const own =
      target === 'migrations'
        ? /^services\/[^/]+\/(grants\.sql|migrations\/[^/]+\.sql)$/
        : new RegExp(`^services/${target}/`);
    expect(files.filter((file) => file.startsWith('services/') && !own.test(file))).toEqual([]);
    expect(
      files.filter((file) =>
        /\.test\.|^(?!node_modules).*(\/testing\b|fixtures)|^(bench|docs|e2e|demo|tools|skaffold)\//.test(file),
      ),
    ).toEqual([]);
    const packages = files.flatMap((file) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
    expect([...new Set(packages)].filter((folder) => lock.packages[folder]?.dev)).toEqual([]);
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'NOTICE', 'main.ts', 'package.json']));
    expect(links.map((link) => link.path)).toContain('node_modules/@alt/service-kit');
  });
});

let lock: { packages: Record<string, { dev?: boolean }> };
beforeAll(async () => {
  lock = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8'));
});

test('what all services share is in each of them, and the rest of each is small', () => {
  const shared = filesOf('shared-auth');
  expect(shared.files).toContain('packages/service-kit/tokens.ts');
  for (const service of imageServices) {
    const rest = without(filesOf(service), shared);
    expect(rest.files.length).toBe(filesOf(service).files.length - shared.files.length);
  }
});

test('modules are followed as Node runs them: types are not, and what cannot be followed is found', () => {
  const needs = needsOf(
    'x.ts',
    `import type { A } from './types.ts';
     import { type B } from './runs.ts';
     export type { C } from './more-types.ts';
     export * from './again.ts';
     const later = () => import('./later.ts');
     const whenCalled = () => createRequire(import.meta.url)('a-package');
     const thread = new URL('./thread.ts', import.meta.url);`,
  );
  expect(needs).toEqual({
    imports: ['./runs.ts', './again.ts', 'a-package'],
    laterImports: ['./later.ts'],
    files: ['./thread.ts'],
    looksAround: false,
  });
  expect(needsOf('x.ts', 'await import(name)').looksAround).toBe(true);
  expect(needsOf('x.ts', 'createRequire(import.meta.url)(name)').looksAround).toBe(true);
  expect(needsOf('x.ts', 'readFileSync(join(import.meta.dirname, name))').looksAround).toBe(true);
});

/** One of each kind: a package of npm, and with ALT_TEST_LONG a module of the service and one of ours that all share. */
const taken = [
  'node_modules/pino/lib/proto.js',
  'services/alt-frontend/service.ts',
  'packages/topology/flows.ts',
].slice(0, process.env.ALT_TEST_LONG ? undefined : 1);

const reason = obstacle();
describe.skipIf(reason !== null)(
  reason ?? 'entered by chroot, as the user of the images, read-only but for /tmp',
  () => {
    let server: TcpServer;
    let secrets: Map<string, Secret['data']>;
    let authority: string;
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'alt-images-test-'));
      const made = makeAuthority();
      authority = made.certificate;
      server = await startTcpServer(makeCertificate(['127.0.0.1'], made));
      secrets = new Map((await deploymentSecrets()).map(({ name, data }) => [name, here(data, server)]));
    });
    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    });

    function image(files: ImageFiles, mounted: string) {
      const laidOut = layOut(files, root);
      laidOut.mount('alt', secrets.get(mounted) ?? {});
      laidOut.mount('alt-ca', { 'ca.crt': authority });
      return { ...laidOut, environment: { ALT_SECRETS_DIR: '/run/secrets/alt' } };
    }

    test('migrations bring an empty server to this release, in two jobs', async () => {
      for (const [database, mounted] of [
        ['alt', 'postgres-secrets'],
        ['auth', 'auth-postgres-secrets'],
      ] as const) {
        const { run, environment, remove } = image(filesOf('migrations'), mounted);
        const job = run(['migrate', '--database', database], environment);
        expect(await job.ended, job.output()).toBe(0);
        expect(job.output()).toMatch(/migrations applied/);
        remove();
      }
    });

    test.each(started)('%s is live, ready and healthy', async (service) => {
      const { run, environment, remove } = image(filesOf(service), secretName(service));
      const port = await freePort();
      const running = run(['serve', service], { ...environment, PORT: String(port) });
      await untilAnswered(running, port);
      for (const name of ['live', 'ready', 'health']) {
        const response = await fetch(`http://127.0.0.1:${port}/v1/${name}`);
        expect(await response.json()).toMatchObject({ status: 'ok', service });
        expect(response.status).toBe(200);
      }
      running.child.kill('SIGTERM');
      expect(await running.ended, running.output()).toBe(0);
      remove();
    });

    test('in the pod of auth-token-manager a command about a reader says where it can be given', async () => {
      const { run, environment, remove } = image(filesOf('auth-token-manager'), secretName('auth-token-manager'));
      const command = run(['tokens', 'authorize', 'inoreader', '--user', 'ada@example.org'], environment);
      expect(await command.ended, command.output()).toBe(2);
      expect(command.output()).toMatch(/Use --account NAME here/);
      remove();
    });

    test.each(taken)('without %s it does not start', async (file) => {
      const all = filesOf('alt-frontend');
      expect(all.files).toContain(file);
      const { run, environment, remove } = image(
        { ...all, files: all.files.filter((one) => one !== file) },
        'alt-frontend-secrets',
      );
      const running = run(['serve', 'alt-frontend'], { ...environment, PORT: '0' });
      expect(await running.ended).toBe(1);
      expect(running.output()).toMatch(/Cannot find/);
      remove();
    });
  },
);

/** The Secrets of a deployment, with the one server of this test in the place of all others. */
function here(data: Secret['data'], { connection }: TcpServer): Secret['data'] {
  const moved = Object.entries(data).flatMap(([key, value]) => {
    if (key === 'KRATOS_TOKEN') return []; // Alt itself keeps the identities here
    if (!/DATABASE_URL$/.test(key)) return [[key, value] as const];
    const url = new URL(value);
    url.host = `${connection.host}:${connection.port}`;
    if (url.username === 'postgres') url.password = connection.password;
    return [[key, url.href] as const];
  });
  return Object.fromEntries(moved);
}

async function untilAnswered(running: RunningImage, port: number): Promise<void> {
  const ended = running.ended.then((code) => {
    throw new Error(`It ended with ${code}:\n${running.output()}`);
  });
  const answered = expect
    .poll(() =>
      fetch(`http://127.0.0.1:${port}/v1/ready`).then(
        (one) => one.status,
        () => 0,
      ),
    )
    .toBe(200);
  await Promise.race([answered, ended]);
}
