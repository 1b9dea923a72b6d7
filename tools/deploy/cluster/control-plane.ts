// A real Kubernetes API on this machine: kube-apiserver with role-based access and Pod Security, its store in SQLite by kine.
import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { execute } from '../steps/step.ts';
import { toolPath } from '../tools.ts';

export type ControlPlane = {
  /** The environment in which kubectl, Helm and Skaffold find this cluster and no other. */
  environment: NodeJS.ProcessEnv;
  /** Where its programs' logs and files are. */
  folder: string;
  kubeconfig: string;
  certificates: Certificates;
  kubectl(args: readonly string[]): ReturnType<typeof execute>;
  /** Starts one more of its programs, which ends with it. */
  start(name: string, file: string, args: readonly string[]): void;
  stop(): Promise<void>;
};

const SERVICE_RANGE = '10.96.0.0/16';
const READY_TIMEOUT_MS = 240_000;

/** Starts it in a folder of its own, on free ports of loopback, and waits until it answers. `stop` ends what it started. */
export async function startControlPlane(folder: string): Promise<ControlPlane> {
  const children: ChildProcess[] = [];
  const stop = () => endAll(children);
  try {
    const certificates = await makeCertificates(path.join(folder, 'pki'));
    const [storePort, apiPort] = [await freePort(), await freePort()];
    const start = (name: string, file: string, args: readonly string[]) => {
      const child = spawn(file, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
      const log = createWriteStream(path.join(folder, `${name}.log`));
      child.stdout.pipe(log, { end: false });
      child.stderr.pipe(log, { end: false });
      children.push(child);
    };
    start('kine', toolPath('kine'), storeArguments(folder, storePort));
    start('apiserver', toolPath('kubernetes', 'kube-apiserver'), serverArguments(certificates, storePort, apiPort));
    const kubeconfig = path.join(folder, 'kubeconfig');
    await writeFile(kubeconfig, JSON.stringify(kubeconfigFor(certificates, apiPort)), { mode: 0o600 });
    const environment = { ...process.env, KUBECONFIG: kubeconfig, HOME: folder };
    const kubectl = (args: readonly string[]) => execute(toolPath('kubernetes', 'kubectl'), args, { env: environment });
    await untilReady(kubectl, children, path.join(folder, 'apiserver.log'));
    return { environment, folder, kubeconfig, certificates, kubectl, start, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

export type Certificates = Record<'ca' | 'server' | 'serverKey' | 'admin' | 'adminKey' | 'accounts', string>;

/** An authority, the server's certificate, an administrator's, and the key that signs the tokens of service accounts. */
async function makeCertificates(folder: string): Promise<Certificates> {
  await mkdir(folder, { recursive: true });
  const at = (name: string) => path.join(folder, name);
  const openssl = async (args: readonly string[]) => {
    const { code, stderr } = await execute('openssl', args, { cwd: folder });
    if (code !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}`);
  };
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  await openssl(['req', '-x509', ...key, '-days', '2', '-subj', '/CN=test-ca', '-keyout', 'ca.key', '-out', 'ca.crt']);
  const sign = async (name: string, subject: string, extensions: string) => {
    await writeFile(at(`${name}.ext`), extensions);
    await openssl(['req', ...key, '-subj', subject, '-keyout', `${name}.key`, '-out', `${name}.csr`]);
    const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
    await openssl([
      'x509',
      '-req',
      '-days',
      '2',
      ...authority,
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.crt`,
      '-extfile',
      `${name}.ext`,
    ]);
  };
  await sign(
    'server',
    '/CN=kube-apiserver',
    'subjectAltName=DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1\n',
  );
  await sign('admin', '/O=system:masters/CN=admin', 'extendedKeyUsage=clientAuth\n');
  await openssl(['genrsa', '-out', 'accounts.key', '2048']);
  return {
    ca: at('ca.crt'),
    server: at('server.crt'),
    serverKey: at('server.key'),
    admin: at('admin.crt'),
    adminKey: at('admin.key'),
    accounts: at('accounts.key'),
  };
}

function storeArguments(folder: string, port: number): string[] {
  const database = `sqlite://${path.join(folder, 'state.db')}?_journal=WAL&cache=shared&_busy_timeout=30000&_txlock=immediate`;
  return ['--endpoint', database, '--listen-address', `127.0.0.1:${port}`, '--metrics-bind-address', '0'];
}

function serverArguments(certificates: Certificates, storePort: number, port: number): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${storePort}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--tls-cert-file=${certificates.server}`,
    `--tls-private-key-file=${certificates.serverKey}`,
    `--client-ca-file=${certificates.ca}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${certificates.accounts}`,
    `--service-account-signing-key-file=${certificates.accounts}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    '--authorization-mode=Node,RBAC',
    '--endpoint-reconciler-type=none',
    '--enable-priority-and-fairness=false',
  ];
}

function kubeconfigFor(certificates: Certificates, port: number) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    clusters: [
      { name: 'test', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': certificates.ca } },
    ],
    users: [{ name: 'admin', user: { 'client-certificate': certificates.admin, 'client-key': certificates.adminKey } }],
  };
}

async function untilReady(
  kubectl: ControlPlane['kubectl'],
  children: readonly ChildProcess[],
  log: string,
): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  for (;;) {
    const { code, stderr } = await kubectl(['get', '--raw', '/readyz']);
    if (code === 0) return;
    const isGone = children.some(({ exitCode }) => exitCode !== null);
    if (isGone || Date.now() > deadline) {
      const tail = (await readFile(log, 'utf8').catch(() => '')).slice(-2000);
      throw new Error(`The API server does not answer: ${stderr}\n${tail}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Ends them in the opposite order, so that the server does not cry for its store. */
async function endAll(children: readonly ChildProcess[]): Promise<void> {
  for (const child of [...children].reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }
}

/** A port of loopback that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('No port.')),
      );
    });
  });
}
