import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { access, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Where the tools of the deployment's checks are kept; `npm run check:deploy` fills it. */
const toolCache = process.env.ALT_TOOL_CACHE ?? path.join(homedir(), '.cache', 'alt-tools');

/** The binary of a tool in the cache, whatever its version. */
export async function binaryOf(tool: string): Promise<string> {
  const folders = await readdir(toolCache).catch(() => []);
  const folder = folders
    .filter((name) => name.startsWith(`${tool}-`))
    .sort()
    .at(-1);
  if (!folder) throw new Error(`${tool} is not in ${toolCache}; \`npm run check:deploy\` puts it there.`);
  const binary = path.join(toolCache, folder, 'bin', tool);
  await access(binary);
  return binary;
}

type Started = { child: ChildProcess; output: () => string; stop(): Promise<void> };

/** Starts a program and keeps what it says. */
export function start(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Started {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => chunks.push(String(chunk)));
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    child,
    output: () => chunks.join(''),
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** A configuration in a folder of its own, which `remove` takes away. */
export async function inScratch(
  name: string,
  text: string,
): Promise<{ folder: string; file: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-edge-'));
  const file = path.join(folder, name);
  await writeFile(file, text);
  return { folder, file, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Asks until the answer is 200, or says what the program said. */
export async function untilReady(url: string, started: Started): Promise<void> {
  for (let left = 300; left > 0; left--) {
    const response = await fetch(url).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
    if (started.child.exitCode !== null) break;
    await sleep(100);
  }
  throw new Error(`${url} does not answer:\n${started.output().slice(-4_000)}`);
}

export async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** An HTTP server at an address of this machine. */
export async function serveAt(address: string, port: number, listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A name server for A records: what `answer` says of a name, time by time; no addresses is NXDOMAIN. */
export async function serveNames(answer: (name: string) => readonly string[]) {
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => socket.send(responseTo(query, answer), port, address));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return { port: socket.address().port, stop: () => new Promise<void>((resolve) => socket.close(() => resolve())) };
}

function responseTo(query: Buffer, answer: (name: string) => readonly string[]): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  const question = query.subarray(12, at + 5);
  const isForIpv4 = query.readUInt16BE(at + 1) === 1;
  const records = isForIpv4 ? answer(labels.join('.').toLowerCase()).map(recordOf) : [];
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(0x8180 | (isForIpv4 && records.length === 0 ? 3 : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, question, ...records]);
}

/** An A record that points back to the question's name and may be kept for no time. */
function recordOf(address: string): Buffer {
  return Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]);
}

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

/** A plain request through a proxy: the target whole in the request line. */
export function absolutely(proxyPort: number, target: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask({ port: proxyPort, path: target, headers: { host: hostOf(target), ...headers } });
}

function hostOf(target: string): string {
  return /^[a-z]+:\/\/([^/]*)/i.exec(target)?.[1] ?? '';
}

/** One request over a connection of its own, the path untouched. */
export function ask(options: {
  port: number;
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname: '127.0.0.1', agent: false, ...rest }, async (response) => {
      try {
        const text = Buffer.concat(await response.toArray()).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    request.once('error', reject);
    request.end(body);
  });
}

/** CONNECT, and the status of its answer; for 200 the tunnel as well. */
export function tunnel(proxyPort: number, authority: string): Promise<{ status: number; socket: Socket }> {
  const socket = connect(proxyPort, '127.0.0.1');
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('data', (data) =>
      resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(data.toString())?.[1] ?? 0), socket }),
    );
    socket.once('end', () => reject(new Error(`the proxy hung up on ${authority}`)));
    socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  });
}
