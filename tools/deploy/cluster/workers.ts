// What makes an API server a cluster that Helm can wait for: the controllers and the scheduler of Kubernetes, and kwok's nodes.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type KubernetesObject, manifest } from '../render.ts';
import { toolPath } from '../tools.ts';
import { type ControlPlane, freePort } from './control-plane.ts';
import { kwokConfiguration } from './stages.ts';

const ZONES = ['a', 'b', 'c'];
const VOLUMES = 40;
/** An address that no machine has: kwok answers for every node on loopback. */
const NODE_ADDRESS = '127.0.0.1';

/**
 * Starts controllers, scheduler and kwok on a control plane, with three nodes and volumes for whoever asks for one. The
 * definitions of custom resources have to be there already: kwok does not start without those that it plays.
 */
export async function startWorkers(cluster: ControlPlane): Promise<void> {
  const { folder, kubeconfig, certificates, start } = cluster;
  const shared = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
  start('controllers', toolPath('kubernetes', 'kube-controller-manager'), [
    ...shared,
    `--root-ca-file=${certificates.ca}`,
    `--service-account-private-key-file=${certificates.accounts}`,
    // Hooks delete and make jobs of one name within a second.
    '--concurrent-job-syncs=10',
  ]);
  start('scheduler', toolPath('kubernetes', 'kube-scheduler'), shared);

  const log = path.join(folder, 'said.log');
  await writeFile(log, `${new Date().toISOString()} stdout F played by kwok\n`);
  const configuration = path.join(folder, 'kwok.yaml');
  await writeFile(configuration, await kwokConfiguration(log));
  const port = await freePort();
  start('kwok', toolPath('kwok'), [
    `--kubeconfig=${kubeconfig}`,
    `--config=${configuration}`,
    '--manage-all-nodes',
    '--node-lease-duration-seconds=40',
    `--node-ip=${NODE_ADDRESS}`,
    `--node-port=${port}`,
    `--server-address=${NODE_ADDRESS}:${port}`,
    `--tls-cert-file=${certificates.server}`,
    `--tls-private-key-file=${certificates.serverKey}`,
  ]);
  await apply(cluster, 'workers', [...ZONES.map(node), storageClass(), ...Array.from({ length: VOLUMES }, volume)]);
  const { code, stderr } = await cluster.kubectl(['wait', '--for=condition=Ready', 'node', '--all', '--timeout=120s']);
  if (code === 0) return;
  const said = await readFile(path.join(folder, 'kwok.log'), 'utf8');
  throw new Error(`kwok's nodes do not come up: ${stderr}\n${said.slice(-1000)}`);
}

/** Applies objects by the server; throws with what it says against them. */
export async function apply(cluster: ControlPlane, name: string, objects: readonly KubernetesObject[]): Promise<void> {
  const file = path.join(cluster.folder, `${name}.yaml`);
  await writeFile(file, manifest(objects));
  await mustKubectl(cluster, ['apply', '--server-side', '--force-conflicts', '-f', file]);
}

/** What kubectl prints; throws where it fails. */
export async function mustKubectl(cluster: ControlPlane, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await cluster.kubectl(args);
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function node(zone: string): KubernetesObject {
  const labels = {
    'topology.kubernetes.io/zone': zone,
    'kubernetes.io/hostname': `node-${zone}`,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
  };
  const size = { cpu: '32', memory: '128Gi', pods: '250', 'ephemeral-storage': '500Gi' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: `node-${zone}`, labels },
    status: { allocatable: size, capacity: size },
  };
}

function storageClass(): KubernetesObject {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'played', annotations },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'Immediate',
  };
}

function volume(_: unknown, index: number): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `volume-${index}` },
    spec: {
      storageClassName: 'played',
      capacity: { storage: '2Ti' },
      accessModes: ['ReadWriteOnce', 'ReadWriteMany', 'ReadOnlyMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      hostPath: { path: `/played/${index}` },
    },
  };
}
