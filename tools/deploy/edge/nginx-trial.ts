import { writeFile } from 'node:fs/promises';
import { type NginxPlaces, nginxConfiguration, strictHeader } from './nginx.ts';
import { binaryOf, freePort, inScratch, start, untilReady } from './trial.ts';

/** A real nginx in front of the given services, by name: the rendered configuration with this machine's addresses. */
export async function startNginx(
  addresses: Readonly<Record<string, string>>,
  { isSecure = false, trusted = '' }: { isSecure?: boolean; trusted?: string } = {},
) {
  const port = await freePort();
  const places: NginxPlaces = {
    listen: `listen 127.0.0.1:${port};`,
    trusted,
    scheme: isSecure ? 'https' : 'http',
    redirect: '',
    strict: isSecure ? strictHeader : '',
    address: (name) => addresses[name] ?? '127.0.0.1:1',
    guarded: (name) => name,
    guard: { upstream: '', routes: '' },
  };
  const scratch = await inScratch('nginx.conf', '');
  // Its own folder in place of the pod's /tmp, and a file in place of the container's output, which no pipe of ours is.
  const text = nginxConfiguration(places)
    .replaceAll(/(pid|_temp_path) \/tmp\//g, `$1 ${scratch.folder}/`)
    .replace('/dev/stdout', `${scratch.folder}/access.log`);
  await writeFile(scratch.file, text);
  const nginx = start(await binaryOf('nginx'), [
    '-p',
    scratch.folder,
    '-e',
    'stderr',
    '-c',
    scratch.file,
    '-g',
    'daemon off;',
  ]);
  await untilReady(`http://127.0.0.1:${port}/v1/live`, nginx);
  return {
    port,
    output: nginx.output,
    async stop() {
      await nginx.stop();
      await scratch.remove();
    },
  };
}
