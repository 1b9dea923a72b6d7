import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeAuthority, makeCertificate } from '@alt/database/certificates.ts';
import { databases, serviceAddress } from '@alt/topology';
import { kratosSettings } from '../../services/auth-service/kratos/settings.ts';
import { readArguments, UsageError } from '../arguments.ts';
import { readSettings } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../wording.ts';
import { withComposeSecrets } from './compose.ts';
import { deploymentSecrets, hostName, type Secret, TUNNEL, tunnelSecret } from './deployment.ts';
import { existingIn, readCluster, readFolders } from './existing.ts';

/** `alt secrets make`: the secrets of a deployment, once. What exists is never changed. */
export async function makeSecrets(args: string[], terminal: Terminal): Promise<number> {
  const { options } = readArguments(args, {
    least: 0,
    options: { dir: 'string', kubernetes: 'boolean', existing: 'string', 'tunnel-token': 'string' },
  });
  if ((options.dir === undefined) === !options.kubernetes) throw new UsageError('Say either --dir or --kubernetes.');
  if (options.dir === undefined) return printSecrets(options.existing, options['tunnel-token'], terminal);
  if (options.existing !== undefined) throw new UsageError('--existing goes with --kubernetes.');
  if (options['tunnel-token'] !== undefined) throw new UsageError('--tunnel-token goes with --kubernetes.');
  const made = await writeFolder(path.resolve(options.dir), readSettings(terminal.environment).publicUrl.origin);
  terminal.print(made === 0 ? 'All secrets are there already.' : `${counted(made, 'file')} written.`);
  return 0;
}

async function printSecrets(existingFile: string | undefined, tokenFile: string | undefined, terminal: Terminal) {
  const tunnel = tokenFile === undefined ? [] : [tunnelSecret(readFileSync(tokenFile, 'utf8'))];
  const existing = existingIn(existingFile === undefined ? [] : await readCluster(existingFile, terminal));
  const secrets = [...(await deploymentSecrets(existing)), ...tunnel];
  const partial = secrets.filter(({ name, data }) => isPartial(existing.get(name), data));
  if (partial.length > 0) {
    const lines = partial.map(({ name, namespace, data }) => {
      const missing = Object.keys(data).filter((key) => existing.get(name)?.[key] === undefined);
      return `  ${namespace}/${name}: ${missing.join(', ')}`;
    });
    throw new Error(
      `These Secrets exist and lack keys. Add them by hand, or remove the Secret and run this again:\n${lines.join('\n')}`,
    );
  }
  const missing = secrets.filter(({ name }) => !existing.has(name));
  terminal.print(JSON.stringify(asList(missing), null, 2));
  terminal.remark(`${counted(missing.length, 'Secret')} to create, ${existing.size} there already.`);
  if (tunnel.length === 0 && !existing.has(TUNNEL.name)) {
    terminal.remark(
      `Not among them: ${TUNNEL.namespace}/${TUNNEL.name}. Only the tunnel of Cloudflare needs it, and only Cloudflare has its ` +
        `token; --tunnel-token takes a file with it.`,
    );
  }
  return 0;
}

function isPartial(existing: Readonly<Record<string, string>> | undefined, wanted: Record<string, string>): boolean {
  return existing !== undefined && Object.keys(wanted).some((key) => existing[key] === undefined);
}

function asList(secrets: Secret[]) {
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: secrets.map(({ name, namespace, data }) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, labels: { 'app.kubernetes.io/part-of': 'alt' } },
      type: 'Opaque',
      stringData: data,
    })),
  };
}

/**
 * A folder for each workload, for Compose. Only its owner can enter the whole; the folders in it are mounted one by one
 * into containers whose users are others, so what lies in them can be read by everybody who gets that far.
 */
async function writeFolder(folder: string, origin: string): Promise<number> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  let made = 0;
  const keep = (name: string, content: string, mode = 0o444) => {
    const file = path.join(folder, name);
    if (existsSync(file)) return;
    if (name.includes('/')) {
      mkdirSync(path.dirname(file), { recursive: true });
      chmodSync(path.dirname(file), 0o755); // whatever the umask
    }
    writeFileSync(`${file}.new`, content, { mode: 0o600 });
    chmodSync(`${file}.new`, mode);
    renameSync(`${file}.new`, file);
    made += 1;
  };
  const existing = readFolders(folder);
  for (const { name, data } of withComposeSecrets(await deploymentSecrets(existing), existing)) {
    for (const [key, value] of Object.entries(data)) keep(`${name}/${key}`, value);
    if (name === 'kratos-secrets') replaceKratosSettings(folder, data, origin, keep);
  }
  keepCertificates(folder, keep);
  return made;
}

/** Kratos' second configuration file: secrets and addresses that no environment name of its own reaches. Follows from both. */
function replaceKratosSettings(folder: string, secrets: Secret['data'], origin: string, keep: Keep): void {
  const { DSN: dsn = '', KRATOS_TOKEN: token = '', SECRETS_COOKIE: cookie, SECRETS_CIPHER: cipher } = secrets;
  const authService = { url: serviceAddress('auth-service', 'cluster'), token };
  const settings = kratosSettings({ origin, authService, folder: '/etc/config' });
  const wanted = JSON.stringify({ ...settings, dsn, secrets: { cookie: [cookie], cipher: [cipher] } }, null, 2);
  const file = path.join(folder, 'kratos-config', 'settings.json');
  if (existsSync(file) && readFileSync(file, 'utf8') !== wanted) rmSync(file);
  keep('kratos-config/settings.json', wanted);
}

type Keep = (name: string, content: string, mode?: number) => void;

/** What cert-manager makes on a cluster: an authority, and a certificate for each database server. */
function keepCertificates(folder: string, keep: Keep): void {
  const [keyFile, authorityFile] = [path.join(folder, 'authority.key'), path.join(folder, 'alt-ca', 'ca.crt')];
  if (existsSync(keyFile) !== existsSync(authorityFile)) {
    throw new Error(`Of ${keyFile} and ${authorityFile} only one is there. Remove it, and every folder *-tls, too.`);
  }
  if (!existsSync(keyFile)) {
    const made = makeAuthority();
    keep('authority.key', made.key, 0o400);
    keep('alt-ca/ca.crt', made.certificate);
  }
  const authority = { key: readFileSync(keyFile, 'utf8'), certificate: readFileSync(authorityFile, 'utf8') };
  for (const { server } of Object.values(databases)) {
    if (existsSync(path.join(folder, `${server}-tls`, 'tls.crt'))) continue;
    const made = makeCertificate([hostName(server), server], authority);
    keep(`${server}-tls/tls.key`, made.key);
    keep(`${server}-tls/tls.crt`, made.certificate);
    keep(`${server}-tls/ca.crt`, authority.certificate);
  }
}
