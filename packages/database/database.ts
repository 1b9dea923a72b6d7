import type { Readable, Writable } from 'node:stream';

/** A named prepared statement: parsed once a connection. A name (≤ 63 bytes) belongs to one text. */
export interface Statement<Row> {
  readonly name: string;
  readonly text: string;
  /** Carries the type of the rows; never present. */
  readonly row?: Row;
}

/** Declares a statement. Rows come as objects: int8 as number, timestamptz as Date, numeric and date as string. */
export function statement<Row = unknown>(name: string, text: string): Statement<Row> {
  return { name, text };
}

export interface Queryable {
  all<Row>(statement: Statement<Row>, values?: unknown[]): Promise<Row[]>;
  /** The first row, or null. */
  one<Row>(statement: Statement<Row>, values?: unknown[]): Promise<Row | null>;
  /** The number of affected rows. */
  run(statement: Statement<unknown>, values?: unknown[]): Promise<number>;
  /** One or more statements, unprepared and without values. */
  script(sql: string): Promise<void>;
}

export interface Reader {
  userId: string;
  tenantId: string;
  /** Their role in the tenant, for policies that ask for it; those refuse every row where it is not given. */
  role?: string;
}

export interface TransactionOptions {
  isolation?: 'read committed' | 'repeatable read' | 'serializable';
  /** Also spares waiting for the commit. */
  isReadOnly?: boolean;
  /** Run the work again, up to three times, after a serialisation failure or a deadlock. It must bear that. */
  retry?: boolean;
}

/** A connection of its own with COPY, for backup and bulk loads. No statement timeout; not pipelined. */
export interface CopySession extends Queryable {
  /** `copy … to stdout`. */
  copyOut(sql: string): Readable;
  /** `copy … from stdin`; finished once the server has taken everything. */
  copyIn(sql: string): Writable;
}

/** One role's access to one database. Each call of a Queryable method alone commits by itself and sets no reader. */
export interface Database extends Queryable {
  /** Commits when `work` resolves, rolls back when it rejects. `tx` is dead afterwards. */
  transaction<T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** A transaction in which row-level security shows what this reader may see. The ids must be UUIDs. */
  asReader<T>(reader: Reader, work: (tx: Queryable) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Calls `onNotify` for every notification on the channel, and once with an empty payload after each reconnect,
   * because something may have been missed. Resolves to a function that stops it.
   */
  listen(channel: string, onNotify: (payload: string) => void): Promise<() => Promise<void>>;
  /** A session for COPY; the caller says `begin` and `commit` itself where it needs them. */
  copy<T>(work: (session: CopySession) => Promise<T>): Promise<T>;
  /**
   * The same access for work that nobody waits for, over half as many connections of its own. Where Alt runs the server
   * itself, its processes for these give way to those that answer requests.
   */
  readonly background: Database;
  /** Connections by what they do, and callers that wait for one; of requests and of background work together. */
  usage(): { busy: number; idle: number; waiting: number };
  /** New work gets new connections; the old ones close as they become free. */
  renew(): void;
  /** Waits for what is running, then closes everything. */
  end(): Promise<void>;
}
