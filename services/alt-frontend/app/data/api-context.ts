import { createContext, useContext } from 'react';
import type { Api } from '../api/api.ts';
import type { Client } from '../api/client.ts';

export interface Connection {
  api: Api;
  client: Client;
}

export const ApiContext = createContext<Connection | null>(null);

export function useConnection(): Connection {
  const connection = useContext(ApiContext);
  if (!connection) throw new Error('useConnection needs an ApiContext above it');
  return connection;
}

export const useApi = (): Api => useConnection().api;
