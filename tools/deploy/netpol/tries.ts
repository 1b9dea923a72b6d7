import type { Protocol } from '../policies/evaluate.ts';
import { type End, isExpected, isOurs, ports } from '../policies/matrix.ts';
import type { Host, Network } from './network.ts';

export type Attempt = { host: Host; from: End; to: End; port: number; protocol: Protocol };
export type Outcome = Attempt & { isConnected: boolean };

/** Pods that try at the same time: there are few cores, and each tries many ports at once. */
const HOSTS_AT_ONCE = 8;

/** Every pod to every other end, on every port that any flow names and some that none does. */
export function tries({ hosts, pods, outside }: Network): Attempt[] {
  return hosts.flatMap((host) =>
    [...pods, ...outside]
      .filter((to) => to !== host.end)
      .flatMap((to) =>
        ports.flatMap((port) => protocolsAt(port).map((protocol) => ({ host, from: host.end, to, port, protocol }))),
      ),
  );
}

/** UDP where a flow names it, and at one port where none does. */
function protocolsAt(port: number): Protocol[] {
  return [53, 443, 7844, 9000].includes(port) ? ['TCP', 'UDP'] : ['TCP'];
}

export async function tryAll(
  network: Network,
  isWanted: (attempt: Attempt) => boolean = () => true,
): Promise<Outcome[]> {
  const byHost = Map.groupBy(tries(network).filter(isWanted), ({ host }) => host);
  const waiting = [...byHost];
  const outcomes: Outcome[] = [];
  const work = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const [host, attempts] = next;
      const connected = await host.connect(
        attempts.map(({ to, port, protocol }) => ({ address: to.address, port, protocol })),
      );
      outcomes.push(...attempts.map((attempt, index) => ({ ...attempt, isConnected: connected[index] ?? false })));
    }
  };
  await Promise.all(Array.from({ length: HOSTS_AT_ONCE }, work));
  return outcomes;
}

/** A sentence for each outcome that the topology says otherwise. */
export function differences(outcomes: readonly Outcome[]): string[] {
  return outcomes
    .filter(({ from, to, port, protocol, isConnected }) => isConnected !== mayConnect(from, to, port, protocol))
    .map(
      ({ from, to, port, protocol, isConnected }) =>
        `${from.name} → ${to.name}:${port}/${protocol} ${isConnected ? 'connects, and no flow allows it' : 'is refused, and a flow allows it'}.`,
    );
}

/** Others' namespaces have no policies of ours: between two of theirs everything is open, here as anywhere. */
function mayConnect(from: End, to: End, port: number, protocol: Protocol): boolean {
  return isOurs(from) || isOurs(to) ? isExpected(from, to, port, protocol) : true;
}
