// The two doors, as the charts render their configurations: Envoy and nginx read them before a cluster does.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Rendered } from '../render.ts';
import { toolPath } from '../tools.ts';
import { type Check, type Context, counting, execute, type Step } from './step.ts';

type ConfigMap = { kind: string; metadata: { name: string }; data?: Record<string, string> };
type Files = Record<string, string>;

const envoyStep: Step = {
  name: 'envoy',
  needs: ['helm', 'envoy'],
  run: (context) =>
    forEachProfile(context, 'envoy-proxy', async (files, folder) => {
      const configurations = Object.entries(files).filter(([, text]) =>
        /^static_resources:|"static_resources"/m.test(text),
      );
      const errors = await Promise.all(
        configurations.map(([name, text]) => validateEnvoy(path.join(folder, name), text)),
      );
      return { errors: errors.flat(), count: configurations.length };
    }),
};

const nginxStep: Step = {
  name: 'nginx',
  needs: ['helm', 'nginx'],
  run: (context) =>
    forEachProfile(context, 'nginx-external', async (files, folder) => {
      if (files['nginx.conf'] === undefined) return { errors: [], count: 0 };
      return { errors: await testNginx(folder, files), count: 1 };
    }),
};

export const edgeSteps: readonly Step[] = [envoyStep, nginxStep];

/** What Envoy says against a configuration. It also makes all filters of it, so that a wrong field or range is found. */
export async function validateEnvoy(file: string, text: string): Promise<string[]> {
  await writeFile(file, text);
  const args = ['--mode', 'validate', '--config-path', file, '--log-level', 'error', '--concurrency', '1'];
  const { code, stdout, stderr } = await execute(toolPath('envoy'), args);
  return code === 0 ? [] : [(stderr || stdout).trim()];
}

/**
 * What nginx says against a configuration. The places of a container become places in the folder: certificates are made, names
 * of the cluster become an address, for nginx looks up each upstream when it starts. It also makes its temporary folders, and
 * fails where the configuration leaves one outside /tmp, as it would on a read-only root.
 */
export async function testNginx(folder: string, files: Files): Promise<string[]> {
  const place = path.join(folder, 'etc', 'nginx');
  await mkdir(place, { recursive: true });
  await mkdir(path.join(folder, 'tmp'));
  for (const name of ['mime.types', 'fastcgi_params']) await writeFile(path.join(place, name), 'types { }\n');
  const certificate = await makeCertificate(folder);
  for (const [name, text] of Object.entries(files)) {
    const here = text
      .replaceAll(/(?<=\s)\/tmp\//g, `${folder}/tmp/`)
      // The output of a check is a pipe, which cannot be opened by that name.
      .replaceAll(/\/dev\/std(err|out)/g, `${folder}/tmp/$1.log`)
      .replaceAll(/\b[a-z0-9-]+\.[a-z0-9-]+\.svc\.cluster\.local\b/g, '127.0.0.1')
      .replaceAll(
        /(ssl_certificate|ssl_trusted_certificate|ssl_client_certificate)(\s+)[^;$]+;/g,
        `$1$2${certificate.crt};`,
      )
      .replaceAll(/(ssl_certificate_key)(\s+)[^;$]+;/g, `$1$2${certificate.key};`)
      .replaceAll('/etc/nginx/', `${place}/`);
    await writeFile(path.join(place, name), here);
  }
  const args = ['-t', '-q', '-p', place, '-e', 'stderr', '-c', path.join(place, 'nginx.conf')];
  const { code, stderr } = await execute(toolPath('nginx'), args);
  return code === 0 ? [] : [stderr.replaceAll(`${place}/`, '').trim()];
}

/** Does the work for the ConfigMaps of a chart in each profile; files that are the same in two profiles count twice. */
async function forEachProfile(
  { rendering, scratch }: Context,
  chart: string,
  work: (files: Files, folder: string) => Promise<{ errors: string[]; count: number }>,
): Promise<Check> {
  const folder = await scratch();
  const rendered = (await rendering()).rendered.filter((each) => each.chart.name === chart);
  const errors: string[] = [];
  let count = 0;
  const judge = async (each: Rendered) => {
    const place = path.join(folder, each.profile);
    await mkdir(place, { recursive: true });
    const result = await work(configurationOf(each), place);
    errors.push(...result.errors.map((error) => `${each.profile}: ${error}`));
    count += result.count;
  };
  await Promise.all(rendered.map(judge));
  return { errors, counted: counting(count, 'configuration') };
}

function configurationOf({ objects }: Rendered): Files {
  const maps = objects.filter(({ kind }) => kind === 'ConfigMap') as unknown as ConfigMap[];
  return Object.assign({}, ...maps.map(({ data }) => data ?? {}));
}

async function makeCertificate(folder: string): Promise<{ crt: string; key: string }> {
  const [crt, key] = [path.join(folder, 'tls.crt'), path.join(folder, 'tls.key')];
  if (!existsSync(crt)) {
    const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    const { code, stderr } = await execute('openssl', [...args, '-subj', '/CN=localhost', '-keyout', key, '-out', crt]);
    if (code !== 0) throw new Error(`openssl made no certificate: ${stderr}`);
  }
  return { crt, key };
}
