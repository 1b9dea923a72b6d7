// Stands in a network namespace as a pod: listens on the ports in its arguments, and tries what it is told. Imports nothing of
// ours, for there are many of these.
import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { createInterface } from 'node:readline';
import type { Try } from './network.ts';

const AT_ONCE = 100;
/** Nothing here is dropped silently, so that this is a guard; a refusal comes at once. */
const TIMEOUT_MS = 5_000;

async function listenOn(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    createServer((socket) => socket.on('error', () => {}).end())
      .once('error', reject)
      .listen(port, '0.0.0.0', resolve);
  });
  for (const address of ownAddresses()) {
    // Bound to the address, an answer comes from where it was asked.
    const echo = createSocket('udp4');
    echo.on('message', (message, { port: from, address: to }) => echo.send(message, from, to));
    await new Promise<void>((resolve) => echo.bind(port, address, resolve));
  }
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .flatMap(({ address, family, internal }) => (family === 'IPv4' && !internal ? [address] : []));
}

function isConnected({ address, port, protocol }: Try): Promise<boolean> {
  return protocol === 'TCP' ? connects(address, port) : isEchoed(address, port);
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

function isEchoed(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (isOpen: boolean) => {
      clearTimeout(timer);
      socket.close();
      resolve(isOpen);
    };
    const timer = setTimeout(end, TIMEOUT_MS, false);
    socket.once('error', () => end(false));
    socket.once('message', () => end(true));
    // Connected, a refusal is an error and need not be waited for.
    socket.connect(port, address, () => socket.send('probe'));
  });
}

async function tryEach(tries: readonly Try[]): Promise<boolean[]> {
  const results: boolean[] = [];
  for (let at = 0; at < tries.length; at += AT_ONCE) {
    results.push(...(await Promise.all(tries.slice(at, at + AT_ONCE).map(isConnected))));
  }
  return results;
}

for (const port of process.argv.slice(2).map(Number)) await listenOn(port);
process.stdout.write('listening\n');
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await tryEach(JSON.parse(line)))}\n`);
}
