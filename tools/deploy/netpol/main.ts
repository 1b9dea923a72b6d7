// `npm run test:netpol`: the committed network policies, enforced by kube-router between network namespaces, tried pair by pair.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startControlPlane } from '../cluster/control-plane.ts';
import { committedPolicies } from '../policies/read.ts';
import { ensureTools, toolVersion } from '../tools.ts';
import { startEnforcer } from './enforcer.ts';
import { layOutNetwork, type Network } from './network.ts';
import { differences, type Outcome, tries, tryAll } from './tries.ts';

const INSIDE = 'ALT_NETPOL_INSIDE';
const NODE = 'node';
/** Sentences that are printed of what is wrong. */
const TOLD = 20;

process.exitCode = process.env[INSIDE] ? await runInside() : runInNamespaces();

/** Everything happens in a network and a mount namespace of its own, with no way out: nothing of it is left afterwards. */
function runInNamespaces(): number {
  for (const program of ['unshare', 'ip', 'iptables', 'ipset']) {
    if (spawnSync('which', [program]).status !== 0) {
      process.stderr.write(
        `${program} is missing. Install util-linux, iproute2, iptables and ipset, and run this as root.\n`,
      );
      return 1;
    }
  }
  if (process.getuid?.() !== 0) {
    process.stderr.write('Network namespaces need root. Run this as root.\n');
    return 1;
  }
  const again = ['--net', '--mount', '--kill-child', '--fork', process.execPath, import.meta.filename];
  return spawnSync('unshare', again, { stdio: 'inherit', env: { ...process.env, [INSIDE]: '1' } }).status ?? 1;
}

async function runInside(): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'alt-netpol-'));
  const stops: (() => Promise<void> | void)[] = [];
  try {
    return await tryPolicies(folder, stops);
  } finally {
    for (const stop of stops.reverse()) await stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Open without policies, as the topology says with them, and other than it says when one is gone. */
async function tryPolicies(folder: string, stops: (() => Promise<void> | void)[]): Promise<number> {
  await ensureTools(['kine', 'kubernetes', 'kube-router']);
  await mkdir('/run/netns', { recursive: true }); // where no namespace has been made yet
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run/netns']);
  const network = await layOutNetwork();
  stops.push(network.stop);
  const place = path.join(folder, 'api');
  await mkdir(place);
  const cluster = await startControlPlane(place);
  stops.push(cluster.stop);
  const kubectl = async (...args: string[]) => {
    const { code, stderr } = await cluster.kubectl(args);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  };
  const send = async (how: readonly string[], objects: readonly unknown[]) => {
    const file = path.join(folder, 'objects.json');
    await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    await kubectl(...how, '-f', file);
  };
  await describePods(send, network);
  const enforcer = await startEnforcer(cluster, folder, network.nodeAddress);
  stops.push(enforcer.stop);
  say(
    `kube-router ${toolVersion('kube-router')} and Kubernetes ${toolVersion('kubernetes')}; ${network.pods.length} pods, ${network.outside.length} addresses outside, ${tries(network).length} tries a round.`,
  );

  const open = await tryAll(network);
  const shut = open.filter(({ isConnected }) => !isConnected);
  const results = [verdict('Without policies everything connects', shut.map(sentenceOf))];

  const policies = await committedPolicies();
  await send(
    ['create'],
    policies.map((policy) => ({ apiVersion: 'networking.k8s.io/v1', ...policy })),
  );
  await enforcer.settled(policies.length);
  const enforced = await tryAll(network);
  results.push(verdict('With the policies what the topology allows connects, and nothing else', differences(enforced)));

  const [gone] = policies.filter(({ metadata }) => metadata.name === 'pre-processor');
  if (gone) {
    await kubectl('delete', 'networkpolicy', gone.metadata.name, `--namespace=${gone.metadata.namespace}`);
    await enforcer.settled(policies.length - 1);
    const missing = differences(
      await tryAll(network, ({ from, to }) => [from.name, to.name].includes('pre-processor')),
    );
    results.push(
      verdict(
        "Without pre-processor's policy its flows are found shut",
        missing.length > 0 ? [] : ['nothing was found'],
      ),
    );
  }
  const failed = results.filter((isPassed) => !isPassed).length;
  process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

type Send = (how: readonly string[], objects: readonly unknown[]) => Promise<void>;

/** Pods that run nowhere: what they are called, and the addresses at which the network has them. */
async function describePods(send: Send, { pods, nodeAddress }: Network): Promise<void> {
  const apiVersion = 'v1';
  const names = [...new Set(pods.map(({ namespace }) => namespace))];
  const own = names.filter((name) => name !== 'default' && name !== 'kube-system');
  await send(
    ['apply'],
    own.map((name) => ({ apiVersion, kind: 'Namespace', metadata: { name } })),
  );
  // Nobody gives each namespace its account here, and a pod has one.
  const account = (namespace: string | null) => ({
    apiVersion,
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace },
  });
  const node = { apiVersion, kind: 'Node', metadata: { name: NODE }, spec: { podCIDR: '10.244.0.0/16' } };
  const described = pods.map(({ name, namespace, labels, address }) => {
    const containers = [{ name: 'probe', image: 'none' }];
    const [hostIPs, podIPs] = [[{ ip: nodeAddress }], [{ ip: address }]];
    return {
      apiVersion,
      kind: 'Pod',
      metadata: { name: name.replaceAll(' ', '-'), namespace, labels },
      spec: { nodeName: NODE, containers },
      status: { phase: 'Running', hostIP: nodeAddress, hostIPs, podIP: address, podIPs },
    };
  });
  await send(['apply'], [...names.map(account), node]);
  await send(['create'], described);
  const nodeStatus = { ...node, status: { addresses: [{ type: 'InternalIP', address: nodeAddress }] } };
  await send(['replace', '--subresource=status'], [nodeStatus, ...described]);
}

function verdict(what: string, wrong: string[]): boolean {
  say(`${wrong.length === 0 ? 'ok  ' : 'FAIL'} ${what}.`);
  for (const sentence of wrong.slice(0, TOLD)) say(`     ${sentence}`);
  if (wrong.length > TOLD) say(`     and ${wrong.length - TOLD} more`);
  return wrong.length === 0;
}

function sentenceOf({ from, to, port, protocol }: Outcome): string {
  return `${from.name} → ${to.name}:${port}/${protocol} does not connect.`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
