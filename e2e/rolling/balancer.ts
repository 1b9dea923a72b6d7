import net from 'node:net';

export interface Balancer {
  port: number;
  /** Where new connections go, in turn; those that stand stay where they are. */
  add(port: number): void;
  remove(port: number): void;
  stop(): Promise<void>;
}

/**
 * Stands for kube-proxy: a port in front of several that forwards each new connection to the next of them and knows nothing of
 * requests. What cannot be connected is reset, as a packet to an address without a pod would be; nothing is tried again.
 */
export async function startBalancer(): Promise<Balancer> {
  const endpoints: number[] = [];
  const sockets = new Set<net.Socket>();
  let next = 0;
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const port = endpoints[next++ % Math.max(1, endpoints.length)];
    if (port === undefined) return void client.resetAndDestroy();
    const pod = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    join(client, pod);
    join(pod, client);
    for (const socket of [client, pod]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    add: (port) => void endpoints.push(port),
    remove(port) {
      const index = endpoints.indexOf(port);
      if (index >= 0) endpoints.splice(index, 1);
    },
    stop() {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** One direction: bytes and the end pass as they come, and what broke at one side breaks at the other. */
function join(from: net.Socket, to: net.Socket): void {
  from.pipe(to);
  from.on('error', () => to.resetAndDestroy());
  from.on('close', () => {
    if (!from.readableEnded) to.resetAndDestroy();
  });
}
