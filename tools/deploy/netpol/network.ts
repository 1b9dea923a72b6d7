import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { isIPv6 } from 'node:net';
import { createInterface } from 'node:readline';
import type { Protocol } from '../policies/evaluate.ts';
import { type End, ends, ports } from '../policies/matrix.ts';

/** One connection to try, by numbers: the pod that is told to only needs these. */
export type Try = { address: string; port: number; protocol: Protocol };

export interface Host {
  end: End;
  address: string;
  /** Tries all; answers which connected, in their order. */
  connect(tries: readonly Try[]): Promise<boolean[]>;
}

export interface Network {
  nodeAddress: string;
  pods: readonly End[];
  /** Addresses that no pod has, answered by one host without a Kubernetes of its own. */
  outside: readonly End[];
  hosts: readonly Host[];
  stop(): void;
}

const NODE_ADDRESS = '192.0.2.1';
/** Of every pod the next hop; it stands on the node's side of each pair. */
const GATEWAY = '169.254.1.1';
/** What stands for loopback inside a pod is never on a wire, and these pods have IPv4. */
const isOnTheWire = ({ address }: End) => !isIPv6(address) && address !== '127.0.0.1';

/** A network namespace for each pod, joined to this one as their node, and one for everything outside. */
export async function layOutNetwork(): Promise<Network> {
  ip('link set lo up');
  ip(`addr add ${NODE_ADDRESS}/32 dev lo`);
  execFileSync('sysctl', ['-qw', 'net.ipv4.ip_forward=1']);
  // A refusal is an ICMP message, of which a node sends only a few a second: the others would have to be waited for.
  const unlimited = [
    'net.ipv4.icmp_ratelimit=0',
    'net.ipv4.icmp_msgs_per_sec=1000000',
    'net.ipv4.icmp_msgs_burst=1000000',
  ];
  execFileSync('sysctl', ['-qw', ...unlimited]);
  // What has ended is forgotten soon: a round has more tries than the kernel remembers, and beyond that it drops packets.
  const forgotten = ['tcp_timeout_time_wait', 'tcp_timeout_close', 'udp_timeout', 'udp_timeout_stream'];
  const soon = forgotten.map((name) => `net.netfilter.nf_conntrack_${name}=3`);
  execFileSync('sysctl', ['-e', '-qw', ...soon]);
  const wired = ends.filter(isOnTheWire);
  const pods = wired.filter(({ namespace }) => namespace !== null);
  const outside = wired.filter(({ namespace }) => namespace === null);
  for (const [index, { address }] of pods.entries()) join(`p${index}`, [address]);
  join(
    'outside',
    outside.map(({ address }) => address),
  );
  const children: ChildProcess[] = [];
  const enter = async (netns: string, end: End) => {
    const { child, host } = await startHost(netns, end);
    children.push(child);
    return host;
  };
  const hosts = await Promise.all(pods.map((end, index) => enter(`p${index}`, end)));
  for (const end of outside.slice(0, 1)) await enter('outside', end);
  return {
    nodeAddress: NODE_ADDRESS,
    pods,
    outside,
    hosts,
    stop: () => {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

function join(netns: string, addresses: readonly string[]): void {
  ip(`netns add ${netns}`);
  ip(`link add v-${netns} type veth peer name eth0 netns ${netns}`);
  ip(`link set v-${netns} up`);
  ip(`addr add ${GATEWAY}/32 dev v-${netns}`);
  ip(`-n ${netns} link set lo up`);
  ip(`-n ${netns} link set eth0 up`);
  for (const address of addresses) {
    ip(`-n ${netns} addr add ${address}/32 dev eth0`);
    ip(`route add ${address}/32 dev v-${netns}`);
  }
  ip(`-n ${netns} route add ${GATEWAY}/32 dev eth0`);
  ip(`-n ${netns} route add default via ${GATEWAY} dev eth0 onlink`);
}

function ip(words: string): void {
  execFileSync('ip', words.split(' '), { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function startHost(netns: string, end: End): Promise<{ child: ChildProcess; host: Host }> {
  const program = new URL('./pod.ts', import.meta.url).pathname;
  const child = spawn('ip', ['netns', 'exec', netns, process.execPath, program, ...ports.map(String)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next(); // it listens
  const connect = async (tries: readonly Try[]) => {
    child.stdin?.write(`${JSON.stringify(tries)}\n`);
    const { value } = await lines.next();
    return JSON.parse(value ?? '[]') as boolean[];
  };
  return { child, host: { end, address: end.address, connect } };
}
