import { Readable } from 'node:stream';
import type { CopySession, Database } from './database.ts';

/** A line that `exportRows` never wrote. `line` counts from 1. */
export class RowLinesError extends Error {
  override readonly name = 'RowLinesError';
  readonly line: number;

  constructor(line: number) {
    super(`Line ${line} is not a row.`);
    this.line = line;
  }
}

export type Row = Record<string, unknown>;

const BATCH_ROWS = 500;
const BATCH_CHARACTERS = 4_000_000;
const LINE_MAXIMUM = 50_000_000;

/**
 * Rows as lines of JSON, `{"kind":…,"row":{…}}`, kind after kind, as they are at one moment. `queryOf` gives a query of one
 * jsonb column `r`; it is run as it is. Nothing is gathered in memory.
 */
export function exportRows<Kind extends string>(
  database: Pick<Database, 'copy'>,
  kinds: readonly Kind[],
  queryOf: (kind: Kind) => string,
): ReadableStream<Uint8Array> {
  async function* lines(): AsyncGenerator<Uint8Array> {
    const { promise: isRead, resolve: onRead } = Promise.withResolvers<void>();
    const { promise: opened, resolve: onOpen } = Promise.withResolvers<CopySession>();
    const session = database.copy(async (copying) => {
      await copying.script('begin isolation level repeatable read read only; set local statement_timeout = 0');
      onOpen(copying);
      await isRead;
      await copying.script('commit');
    });
    try {
      const copying = await Promise.race([opened, session.then(() => Promise.reject(new Error('no session')))]);
      for (const kind of kinds) yield* copying.copyOut(copyStatement(kind, queryOf(kind)));
    } finally {
      onRead();
      await session;
    }
  }
  return Readable.toWeb(Readable.from(lines())) as ReadableStream<Uint8Array>;
}

/** JSON holds no control characters, so that as CSV with these for quotes and delimiters it comes as it is. */
function copyStatement(kind: string, query: string): string {
  return `copy (select jsonb_build_object('kind', '${kind}', 'row', x.r) from (${query}) x)
    to stdout with (format csv, quote E'\\x01', delimiter E'\\x02')`;
}

/**
 * Reads such lines after a first one, which is given to `begin` as it is. Rows of one kind that follow each other are taken
 * together, some hundreds at a time. Answers how many rows there were. Throws RowLinesError.
 */
export async function readRows<Kind extends string>(
  body: ReadableStream<Uint8Array> | null,
  kinds: readonly Kind[],
  { begin, take }: { begin(first: unknown): Promise<void>; take(kind: Kind, rows: Row[]): Promise<void> },
): Promise<number> {
  let batch: { kind: Kind; rows: Row[]; characters: number } | null = null;
  let count = -1;
  const flush = async () => {
    if (batch) await take(batch.kind, batch.rows);
    batch = null;
  };
  for await (const line of linesOf(body)) {
    count += 1;
    const value = parseLine(line);
    if (count === 0) {
      await begin(value);
      continue;
    }
    const { kind, row } = (value ?? {}) as { kind?: Kind; row?: Row };
    if (kind === undefined || !kinds.includes(kind) || row === null || typeof row !== 'object') {
      throw new RowLinesError(count + 1);
    }
    if (batch && (batch.kind !== kind || batch.rows.length >= BATCH_ROWS || batch.characters > BATCH_CHARACTERS)) {
      await flush();
    }
    batch ??= { kind, rows: [], characters: 0 };
    batch.rows.push(row);
    batch.characters += line.length;
  }
  if (count < 0) throw new RowLinesError(1);
  await flush();
  return count;
}

/** Split at line feeds alone: JSON may hold the other characters that end lines elsewhere. */
async function* linesOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body ?? []) {
    const [first = '', ...more] = decoder.decode(bytes, { stream: true }).split('\n');
    rest += first;
    if (rest.length > LINE_MAXIMUM) break;
    for (const part of more) {
      yield rest;
      rest = part;
    }
  }
  if (rest !== '') yield rest;
}

/** Null for what is no JSON. */
function parseLine(line: string): unknown {
  if (line.length > LINE_MAXIMUM) return null;
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
