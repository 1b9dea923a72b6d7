import type { Tracer } from '@alt/tracing';
import type { ClientBase } from 'pg';
import { asDatabaseError } from './connect.ts';
import type { Queryable, Statement } from './database.ts';

/** Statements over one connection. Once `isOver` says so, every call rejects instead of reaching a later user's work. */
export function clientQueryable(
  client: ClientBase,
  { isOver = () => false, tracer = null }: { isOver?: () => boolean; tracer?: Tracer | null } = {},
): Queryable {
  const ask = async (statement: Statement<unknown>, values: unknown[]) => {
    try {
      return await client.query({ name: statement.name, text: statement.text, values });
    } catch (error) {
      throw asDatabaseError(error);
    }
  };
  const query = async (statement: Statement<unknown>, values: unknown[] = []) => {
    if (isOver()) throw new Error(`The transaction is over; ${statement.name} came too late.`);
    // By its name, which is ours: the text would repeat it at length, and the values are a reader's.
    return tracer?.current()
      ? tracer.span(statement.name, STATEMENT_SPAN, () => ask(statement, values))
      : ask(statement, values);
  };
  return {
    all: async (statement, values) => (await query(statement, values)).rows,
    one: async (statement, values) => (await query(statement, values)).rows[0] ?? null,
    run: async (statement, values) => (await query(statement, values)).rowCount ?? 0,
    async script(sql) {
      if (isOver()) throw new Error('The transaction is over; a script came too late.');
      await client.query(sql).catch((error) => {
        throw asDatabaseError(error);
      });
    },
  };
}

const STATEMENT_SPAN = { kind: 'client', attributes: { 'db.system.name': 'postgresql' } } as const;
