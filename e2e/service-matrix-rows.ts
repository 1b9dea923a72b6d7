import { type ServerName, type ServiceName, serviceNames } from '@alt/topology';

/**
 * Which service may call which endpoint of which service: a row for every endpoint with access `service`. All others are told
 * that there is nothing at the address, as is whoever has no token. An endpoint without a row fails the suite.
 */
export interface ServiceRow {
  /** The endpoint's. */
  name: string;
  at: ServerName;
  callers: readonly ServiceName[];
}

const EXCHANGERS = ['alt-backend', 'tenant-service', 'arch-repo-service'] as const;
const ASKERS = ['alt-backend', 'arch-repo-service', 'pre-processor', 'tag-generator'] as const;

// biome-ignore format: a table is read in rows
export const serviceRows: readonly ServiceRow[] = [
  { name: 'exchange', at: 'auth-service', callers: EXCHANGERS },
  { name: 'keySet', at: 'auth-service', callers: EXCHANGERS },
  { name: 'listChanges', at: 'auth-service', callers: ['alt-backend'] },
  { name: 'listTenants', at: 'auth-service', callers: ['alt-backend'] },
  { name: 'listTenantPeople', at: 'auth-service', callers: ['arch-repo-service'] },
  { name: 'sendMail', at: 'auth-service', callers: ['tenant-service'] },
  { name: 'countKratosAttempt', at: 'auth-service', callers: ['alt-frontend'] },

  { name: 'resolveFeed', at: 'pre-processor', callers: ['alt-backend'] },
  { name: 'findFeeds', at: 'pre-processor', callers: ['alt-backend'] },
  { name: 'previewExtraction', at: 'pre-processor', callers: ['alt-backend'] },
  { name: 'verifyWebsub', at: 'pre-processor', callers: ['alt-backend'] },
  { name: 'receiveWebsub', at: 'pre-processor', callers: ['alt-backend'] },

  { name: 'searchArticles', at: 'search-indexer', callers: ['alt-backend', 'arch-repo-service'] },

  { name: 'changeTag', at: 'tag-generator', callers: ['alt-backend'] },
  { name: 'joinTags', at: 'tag-generator', callers: ['alt-backend'] },
  { name: 'proposeTags', at: 'tag-generator', callers: ['alt-backend'] },
  { name: 'distinguishTags', at: 'tag-generator', callers: ['alt-backend'] },

  { name: 'readTenantUsage', at: 'alt-backend', callers: ['tenant-service'] },
  { name: 'announceTenantChange', at: 'alt-backend', callers: ['tenant-service'] },
  { name: 'exportTenantData', at: 'alt-backend', callers: ['tenant-service'] },
  { name: 'importTenantData', at: 'alt-backend', callers: ['tenant-service'] },

  { name: 'summarize', at: 'news-creator', callers: ASKERS },
  { name: 'summarizeBatch', at: 'news-creator', callers: ASKERS },
  { name: 'answerQuestion', at: 'news-creator', callers: ASKERS },
  { name: 'findRelated', at: 'news-creator', callers: ASKERS },
  { name: 'createBrief', at: 'news-creator', callers: ASKERS },
  { name: 'createRecap', at: 'news-creator', callers: ASKERS },
  { name: 'listEngines', at: 'news-creator', callers: ASKERS },
  { name: 'ollamaTags', at: 'news-creator', callers: ASKERS },
  { name: 'ollamaVersion', at: 'news-creator', callers: ASKERS },
  { name: 'ollamaChat', at: 'news-creator', callers: ASKERS },
  { name: 'ollamaGenerate', at: 'news-creator', callers: ASKERS },
  { name: 'ollamaEmbed', at: 'news-creator', callers: ASKERS },

  { name: 'aggregateLogs', at: 'rask-log-aggregator', callers: serviceNames },
  { name: 'receiveOtlpLogs', at: 'rask-log-aggregator', callers: serviceNames },
  { name: 'queryLogs', at: 'rask-log-aggregator', callers: ['alt-backend'] },
  { name: 'logHistogram', at: 'rask-log-aggregator', callers: ['alt-backend'] },
  { name: 'followLogs', at: 'rask-log-aggregator', callers: ['alt-backend'] },
];
