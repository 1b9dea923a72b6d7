import type { Duplex } from 'node:stream';

/** The connections that run through the proxy: how many there may be, and the way to end them. */
export interface Connections {
  readonly size: number;
  /** Counts one in and returns the way to count it out; undefined when there are too many or the proxy stops. */
  begin(connection: Duplex): (() => void) | undefined;
  /** Lets no more in and resolves when the last is out; cuts those that are left after `graceMs`. */
  drain(graceMs: number): Promise<void>;
}

export function createConnections(maxConnections: number): Connections {
  const running = new Set<Duplex>();
  const drained = Promise.withResolvers<void>();
  let isDraining = false;
  const checkDrained = (): void => {
    if (isDraining && running.size === 0) drained.resolve();
  };
  return {
    get size() {
      return running.size;
    },
    begin: (connection) => {
      if (isDraining || running.size >= maxConnections) return undefined;
      running.add(connection);
      return () => {
        running.delete(connection);
        checkDrained();
      };
    },
    drain: async (graceMs) => {
      isDraining = true;
      checkDrained();
      const timer = setTimeout(() => {
        for (const connection of running) connection.destroy();
      }, graceMs);
      await drained.promise;
      clearTimeout(timer);
    },
  };
}
