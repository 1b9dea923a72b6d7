/** PostgreSQL settings by name, as they go on the command line of the server. */
export type PostgresSettings = Record<string, string>;

/**
 * Settings for one machine that Alt shares with its owner.
 *
 * Every background process costs 2 to 4 MB, so those that one machine does not need are off: the I/O workers
 * (`io_method=sync`), the logical replication launcher, parallel workers. Nothing that keeps data safe is touched.
 */
export const LAPTOP_SETTINGS: PostgresSettings = {
  shared_buffers: '64MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  effective_cache_size: '512MB',
  max_connections: '100',
  superuser_reserved_connections: '3',
  huge_pages: 'off',
  io_method: 'sync',
  max_worker_processes: '2',
  max_parallel_workers: '0',
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  max_logical_replication_workers: '0',
  max_replication_slots: '0',
  max_wal_senders: '0',
  wal_level: 'minimal',
  wal_buffers: '4MB',
  min_wal_size: '64MB',
  max_wal_size: '512MB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1',
  jit: 'off',
  autovacuum: 'on',
  autovacuum_max_workers: '2',
  autovacuum_worker_slots: '4',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %d ',
  log_min_messages: 'warning',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

/** What must be on for nothing to be lost in a crash; asserted after every start. */
export const DURABLE_SETTINGS = ['fsync', 'full_page_writes', 'synchronous_commit'] as const;

/** For tests alone: their data may be lost at any moment. */
export const THROWAWAY_SETTINGS: PostgresSettings = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  autovacuum: 'off',
  // All test files at once, and one that signs in as every role.
  max_connections: '300',
};
