import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { expect } from 'vitest';
import type { RunningKratos } from '../../kratos/testing.ts';

/** Answers that a real Kratos v1.3.1 gave; written anew by `npm run test:kratos -- --record`. */
const FILE = path.join(import.meta.dirname, 'fixtures', 'recorded.json');

interface Recorded {
  door: 'public' | 'admin';
  request: string;
  status: number;
  body: string;
}

type Settings = { KRATOS_PUBLIC_URL: string; KRATOS_ADMIN_URL: string };
const doors = { public: 'KRATOS_PUBLIC_URL', admin: 'KRATOS_ADMIN_URL' } as const;

/** Stands between auth-service and Kratos, and keeps what each test was answered. */
export function openRecorder(kratos: () => RunningKratos): { begin(): Promise<Settings>; save(): Promise<void> } {
  const tests: Record<string, Recorded[]> = {};
  const servers: Server[] = [];
  return {
    async begin() {
      const answers: Recorded[] = [];
      tests[testName()] = answers;
      return openDoors(servers, async ({ door, method, url, headers, body }) => {
        const base = door === 'public' ? kratos().publicUrl : kratos().adminUrl;
        const answer = await fetch(base + url, { method, headers, ...(body ? { body } : {}), redirect: 'manual' });
        const recorded = { door, request: `${method} ${url}`, status: answer.status, body: await answer.text() };
        answers.push(recorded);
        return recorded;
      });
    },
    async save() {
      await writeFile(FILE, `${JSON.stringify(withoutSecrets(tests), null, 2)}\n`);
      for (const server of servers) server.close();
    },
  };
}

/** Answers what was recorded for the test that runs; a request that was not made then fails it. */
export async function openRecorded(): Promise<Settings & { close(): void }> {
  const tests = JSON.parse(await readFile(FILE, 'utf8')) as Record<string, Recorded[]>;
  const left = [...(tests[testName()] ?? [])];
  const servers: Server[] = [];
  const settings = await openDoors(servers, async ({ door, method, url }) => {
    const index = left.findIndex((one) => one.door === door && one.request === `${method} ${url}`);
    const [found] = index < 0 ? [] : left.splice(index, 1);
    return found ?? { status: 501, body: JSON.stringify({ error: { message: `not recorded: ${method} ${url}` } }) };
  });
  return { ...settings, close: () => servers.forEach((server) => void server.close()) };
}

/** The same test in both runs: its title, without the name of the suite. */
function testName(): string {
  return expect.getState().currentTestName?.split(' > ').at(-1) ?? '';
}

interface Asked {
  door: 'public' | 'admin';
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

async function openDoors(
  servers: Server[],
  answer: (asked: Asked) => Promise<{ status: number; body: string }>,
): Promise<Settings> {
  const settings = { KRATOS_PUBLIC_URL: '', KRATOS_ADMIN_URL: '' };
  for (const door of ['public', 'admin'] as const) {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method = '', url = '' } = request;
      const names = ['accept', 'content-type', 'x-session-token', 'cookie'];
      const headers = Object.fromEntries(names.map((name) => [name, String(request.headers[name] ?? '')]));
      const { status, body } = await answer({ door, method, url, headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? undefined : body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    settings[doors[door]] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  return settings;
}

/** Session tokens, each by a name of its own, and hashes. */
function withoutSecrets(tests: Record<string, Recorded[]>): Record<string, Recorded[]> {
  const tokens = new Map<string, string>();
  const nameOf = (token: string) => {
    const name = tokens.get(token) ?? `token-${tokens.size + 1}`;
    tokens.set(token, name);
    return name;
  };
  const text = JSON.stringify(tests).replace(/ory_st_\w+/g, nameOf);
  return JSON.parse(text.replace(/\$argon2id\$[^"\\]+/g, 'hash'));
}
