import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { toolPath } from '../tools.ts';
import { end, start, throwIfEnded } from './program.ts';

const GUARD_MS = 180_000;
const LOOK_EVERY_MS = 250;
/** So long the rules stay as they are before they count as all there. */
const QUIET_MS = 4_000;

export interface Enforcer {
  /** Waits until so many policies are in force. */
  settled(policies: number): Promise<void>;
  stop(): Promise<void>;
}

/** kube-router, policies alone: what a node of a cluster runs, on this network namespace as its node. */
export async function startEnforcer(cluster: ControlPlane, folder: string, address: string): Promise<Enforcer> {
  const child = start(
    'kube-router',
    toolPath('kube-router'),
    [
      `--kubeconfig=${cluster.environment.KUBECONFIG}`,
      '--hostname-override=node',
      '--run-router=false',
      '--run-service-proxy=false',
      '--run-firewall=true',
      '--run-loadbalancer=false',
      '--enable-cni=false',
      '--iptables-sync-period=10s',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--health-port=0',
      '--metrics-port=0',
    ],
    { NODE_NAME: 'node', NODE_IP: address, HOME: folder },
  );
  const settled = async (policies: number) => {
    const deadline = Date.now() + GUARD_MS;
    let before = '';
    let sameSince = Date.now();
    for (;;) {
      throwIfEnded(child);
      const rules = execFileSync('iptables-save', ['-t', 'filter'], { maxBuffer: 256_000_000 }).toString();
      // Their counters move; their lines do not.
      const lines = rules
        .split('\n')
        .filter((line) => line.startsWith('-A') || line.startsWith(':KUBE'))
        .join('\n')
        .replaceAll(/\[\d+:\d+\]/g, '');
      const chains = new Set(lines.match(/^:KUBE-NWPLCY-(?!DEFAULT|COMMON|TAIL)\S+/gm));
      if (lines !== before) sameSince = Date.now();
      before = lines;
      if (chains.size === policies && Date.now() - sameSince > QUIET_MS) return;
      if (Date.now() > deadline)
        throw new Error(`${chains.size} of ${policies} policies are in force: ${child.log.join('').slice(-4_000)}`);
      await sleep(LOOK_EVERY_MS);
    }
  };
  await settled(0);
  return { settled, stop: () => end(child) };
}
