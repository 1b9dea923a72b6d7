// A stand-in for a container engine, as far as Skaffold asks one: it builds nothing and gives every image an identity. It keeps to
// what an engine would refuse: a target that the Dockerfile does not have, and a base image that was not built before.
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { BROKEN_TAG } from './stages.ts';

export type Engine = {
  /** What Skaffold needs in its environment, and the folder of its `docker` for the path. */
  environment: Record<string, string>;
  binaries: string;
  /** Tags in the order in which they were built. */
  built: readonly string[];
  /** From now on images are built that never start. */
  isBroken: boolean;
  stop(): Promise<void>;
};

type Build = { directory: string; args: string[] };

/** Starts it on a free port of loopback; `folder` gets the program `docker` that Skaffold calls for builds. */
export async function startEngine(folder: string): Promise<Engine> {
  const images = new Map<string, string>();
  const engine = { built: [] as string[], isBroken: false };
  const build = async ({ directory, args }: Build) => {
    const { tag, file, target, bases } = argumentsOf(args);
    const dockerfile = await readFile(path.resolve(directory, file), 'utf8');
    if (!new RegExp(`^FROM .* AS ${target}$`, 'mi').test(dockerfile)) throw new Error(`There is no target ${target}.`);
    const unknown = bases.filter((base) => !images.has(base));
    if (unknown.length > 0) throw new Error(`Not built yet: ${unknown.join(', ')}`);
    // With a digit first: what comes into a chart so must stay a word.
    const digest = `1${createHash('sha256').update(`${tag} ${engine.built.length}`).digest('hex').slice(1)}`;
    const id = `sha256:${engine.isBroken ? BROKEN_TAG + digest.slice(BROKEN_TAG.length) : digest}`;
    images.set(tag, id).set(id, id);
    engine.built.push(tag);
    return id;
  };
  const server = createServer((request, response) => void answer(request, response, images, build));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const binaries = path.join(folder, 'engine');
  await mkdir(binaries, { recursive: true });
  await writeFile(path.join(binaries, 'docker'), program(`http://${host}/build`), { mode: 0o755 });
  return Object.assign(engine, {
    binaries,
    environment: { DOCKER_HOST: `tcp://${host}`, DOCKER_CONFIG: path.join(folder, 'engine') },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  images: Map<string, string>,
  build: (asked: Build) => Promise<string>,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://engine');
  const send = (status: number, body: unknown) => {
    const headers = { 'content-type': 'application/json', 'api-version': '1.47', ostype: 'linux', connection: 'close' };
    response.writeHead(status, headers).end(request.method === 'HEAD' ? '' : JSON.stringify(body));
  };
  const place = decodeURIComponent(url.pathname).replace(/^\/v[\d.]+/, '');
  const [, inspected] = /^\/images\/(.+)\/json$/.exec(place) ?? [];
  const [, tagged] = /^\/images\/(.+)\/tag$/.exec(place) ?? [];
  try {
    if (place === '/_ping') return send(200, 'OK');
    if (place === '/version') return send(200, { Version: 'stand-in', ApiVersion: '1.47', Os: 'linux', Arch: 'amd64' });
    if (place === '/info') return send(200, { OSType: 'linux', Architecture: 'x86_64' });
    if (place === '/images/json') return send(200, []);
    if (place === '/build') return send(200, await build(JSON.parse(await textOf(request)) as Build));
    if (inspected !== undefined) return send(...inspect(images, inspected));
    if (tagged !== undefined) {
      const id = images.get(short(tagged));
      if (id) images.set(short(`${url.searchParams.get('repo')}:${url.searchParams.get('tag')}`), id);
      return send(id ? 201 : 404, id ? {} : { message: `No such image: ${tagged}` });
    }
    send(404, { message: `Not played: ${request.method} ${place}` });
  } catch (error) {
    send(500, { message: error instanceof Error ? error.message : String(error) });
  }
}

/** Our own images only once they are built; of others it is said that they are there. */
function inspect(images: Map<string, string>, name: string): [status: number, body: unknown] {
  const isOurs = /^(kaikei\/|sha256:)/.test(short(name));
  const id =
    images.get(short(name)) ?? (isOurs ? undefined : `sha256:${createHash('sha256').update(name).digest('hex')}`);
  if (!id) return [404, { message: `No such image: ${name}` }];
  return [
    200,
    { Id: id, RepoTags: [name], Config: {}, Os: 'linux', Architecture: 'amd64', RootFS: { Type: 'layers' } },
  ];
}

const short = (name: string) => name.replace(/^docker\.io\//, '');

/** What `docker build` is asked for. */
function argumentsOf(args: readonly string[]) {
  const behind = (name: string) => args[args.indexOf(name) + 1] ?? '';
  const given = args.filter((_, index) => args[index - 1] === '--build-arg');
  const bases = given.map((pair) => pair.slice(pair.indexOf('=') + 1)).filter((value) => value.startsWith('kaikei/'));
  return { tag: behind('-t'), file: behind('--file'), target: behind('--target'), bases };
}

async function textOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await Array.fromAsync(request)).toString('utf8');
}

/** The program `docker`: says to the stand-in what it was asked, and ends as that answers. */
function program(address: string): string {
  return `#!${process.execPath}
const asked = { directory: process.cwd(), args: process.argv.slice(2) };
if (asked.args[0] !== 'build') { console.error('Not played: docker ' + asked.args[0]); process.exit(1); }
fetch(${JSON.stringify(address)}, { method: 'POST', body: JSON.stringify(asked) }).then(async (response) => {
  if (!response.ok) console.error((await response.json()).message);
  process.exitCode = response.ok ? 0 : 1;
});
`;
}
