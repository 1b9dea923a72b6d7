import { type Client, escapeIdentifier } from 'pg';
import { type ConnectOptions, openClient } from './connect.ts';

type Handler = (payload: string) => void;

export interface Listener {
  listen(channel: string, onNotify: Handler): Promise<() => Promise<void>>;
  end(): Promise<void>;
}

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

/** One LISTEN connection for all channels: opened for the first handler, closed after the last, reopened when lost. */
export function createListener(options: ConnectOptions & { log?: (message: string) => void }): Listener {
  const handlers = new Map<string, Set<Handler>>();
  const line = createLine(options, {
    channels: () => [...handlers.keys()],
    onNotify(channel, payload) {
      for (const handler of handlers.get(channel) ?? []) handler(payload);
    },
  });
  const remove = async (channel: string, handler: Handler) => {
    const set = handlers.get(channel);
    set?.delete(handler);
    if (set?.size === 0) handlers.delete(channel);
    if (handlers.size === 0) await line.close();
  };
  return {
    async listen(channel, onNotify) {
      const handler: Handler = (payload) => onNotify(payload); // its own, even if the same function comes twice
      handlers.set(channel, (handlers.get(channel) ?? new Set<Handler>()).add(handler));
      try {
        const client = await line.open();
        await client.query(listenStatement([channel])); // again is harmless
      } catch (error) {
        await remove(channel, handler);
        throw error;
      }
      return () => remove(channel, handler);
    },
    async end() {
      handlers.clear();
      await line.close();
    },
  };
}

interface LineEvents {
  channels(): string[];
  onNotify(channel: string, payload: string): void;
}

/** The connection itself. While there are channels it comes back by itself, and then notifies each of them once. */
function createLine(options: ConnectOptions & { log?: (message: string) => void }, events: LineEvents) {
  let connection: Promise<Client> | null = null;
  let retry: NodeJS.Timeout | undefined;

  const connect = async (): Promise<Client> => {
    const client = await openClient({ ...options, applicationName: `${options.applicationName} (listen)` });
    client.on('notification', ({ channel, payload }) => events.onNotify(channel, payload ?? ''));
    client.once('end', () => {
      connection = null;
      reconnectIn(FIRST_RETRY_MS);
    });
    return client;
  };
  const open = (): Promise<Client> => {
    if (connection === null) {
      const opening = connect();
      opening.catch(() => {
        if (connection === opening) connection = null;
      });
      connection = opening;
    }
    return connection;
  };
  const reconnect = async (delayMs: number) => {
    try {
      const client = await open();
      const channels = events.channels();
      if (channels.length > 0) await client.query(listenStatement(channels));
      for (const channel of channels) events.onNotify(channel, '');
    } catch (error) {
      options.log?.(`cannot listen to the database yet: ${error instanceof Error ? error.message : error}`);
      reconnectIn(Math.min(delayMs * 2, LAST_RETRY_MS));
    }
  };
  const reconnectIn = (delayMs: number) => {
    clearTimeout(retry);
    if (events.channels().length > 0) retry = setTimeout(() => void reconnect(delayMs), delayMs);
  };
  return {
    open,
    async close() {
      clearTimeout(retry);
      const client = await connection?.catch(() => null);
      client?.removeAllListeners('end');
      connection = null;
      await client?.end();
    },
  };
}

function listenStatement(channels: string[]): string {
  return channels.map((channel) => `listen ${escapeIdentifier(channel)}`).join('; ');
}
