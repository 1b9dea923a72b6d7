import type { FlowId, NodeName } from './flows.ts';

export type RefusedFlow = {
  /** R, F03 and F27: allowed by the system description, closed by decision. X: forbidden by the system description. */
  id: 'F03' | 'F27' | `${'R' | 'X'}${number}`;
  from: readonly NodeName[];
  to: readonly NodeName[];
  ports: readonly number[] | 'all';
  /** Rows of the flow table that stand although this rule covers them. */
  except: readonly FlowId[];
  reason: string;
  source: string;
};

const processing = [
  'pre-processor',
  'pre-processor-sidecar',
  'search-indexer',
  'tag-generator',
  'news-creator',
  'auth-token-manager',
  'rask-log-aggregator',
] as const satisfies readonly NodeName[];

/** What must be refused, said aloud so that it can be tried: default deny alone would not tell an omission from a rule. */
// biome-ignore format: a table is read in rows
export const refusedFlows = [
  { id: 'F03', from: ['alt-backend'], to: ['kratos'], ports: 'all', except: [], reason: 'alt-backend asks auth-service who somebody is, whoever keeps the identities (F04)', source: 'architecture §10' },
  { id: 'F27', from: ['nginx-external'], to: ['search-indexer'], ports: 'all', except: [], reason: "alt-backend serves /v1/search and checks each result against the reader's entries", source: 'architecture §6' },
  { id: 'R1', from: processing, to: ['envoy-proxy'], ports: 'all', except: ['F13', 'F21', 'F23', 'F24'], reason: "the namespace-wide allowance is Envoy's end only; each workload's own list is closed", source: 'architecture §6' },
  { id: 'R2', from: ['postgres'], to: ['auth-service'], ports: 'all', except: [], reason: 'a database calls nobody', source: 'architecture §8.1' },
  { id: 'R3', from: ['kratos'], to: ['auth-postgres'], ports: 'all', except: [], reason: 'Kratos has its own database (F09)', source: 'architecture §6' },
  { id: 'R4', from: ['news-creator'], to: ['alt-backend'], ports: [8080], except: [], reason: 'alt-backend listens on 9000 (F19)', source: 'architecture §6, §8.6' },
  { id: 'R5', from: ['alt-backend'], to: ['envoy-proxy'], ports: 'all', except: [], reason: 'alt-backend goes out through sidecar-proxy (F06, F07)', source: 'architecture §7, §8.2' },
  { id: 'R6', from: ['alt-frontend', 'envoy-proxy', 'sidecar-proxy'], to: ['pre-processor', 'search-indexer', 'news-creator'], ports: 'all', except: [], reason: 'only alt-backend of its namespace calls the pipeline', source: 'architecture §6' },
  { id: 'R6', from: ['envoy-proxy', 'sidecar-proxy'], to: ['auth-service'], ports: 'all', except: [], reason: 'a proxy asks for no session', source: 'architecture §8.1' },
  { id: 'R7', from: ['search-indexer', 'pre-processor-sidecar', 'auth-token-manager'], to: ['news-creator'], ports: 'all', except: [], reason: 'they need no model', source: 'architecture §6, §8.6' },

  { id: 'X1', from: ['every-pod'], to: ['internet'], ports: 'all', except: ['F32', 'N11', 'N22', 'M12'], reason: 'one way out: envoy-proxy on a cluster, sidecar-proxy on one machine; the tunnel is the named exception', source: 'architecture §2, §6, §10' },
  { id: 'X2', from: ['pre-processor'], to: ['envoy-proxy'], ports: [8080, 8081, 8082, 9901], except: [], reason: 'feeds have a listener of their own', source: 'architecture §6' },
  { id: 'X3', from: ['every-pod'], to: ['tag-generator', 'pre-processor-sidecar', 'auth-token-manager'], ports: 'all', except: ['N03'], reason: 'they offer nothing to others', source: 'architecture §6, §8' },
  { id: 'X4', from: ['search-indexer', 'tag-generator'], to: ['envoy-proxy', 'sidecar-proxy'], ports: 'all', except: [], reason: 'they have no business outside', source: 'architecture §6' },
  { id: 'X5', from: processing, to: ['auth-service', 'alt-backend'], ports: 'all', except: ['F18', 'F19'], reason: 'processing services verify tokens themselves', source: 'architecture §6, §8.1' },
  { id: 'X6', from: ['alt-frontend'], to: ['postgres', 'auth-postgres', 'kratos-postgres', 'envoy-proxy', 'sidecar-proxy', ...processing], ports: 'all', except: ['N10'], reason: 'the web app has no data and no way out', source: 'architecture §6, §7' },
  { id: 'X7', from: ['nginx-external'], to: ['every-pod'], ports: 'all', except: ['F29', 'F30', 'F34', 'N01', 'N02'], reason: 'the way in leads to the public services only', source: 'architecture §5; orchestration §3' },
  { id: 'X8', from: processing, to: ['auth-postgres', 'kratos-postgres'], ports: 'all', except: [], reason: 'identities are read by their owners only', source: 'architecture §6' },
] as const satisfies readonly RefusedFlow[];
