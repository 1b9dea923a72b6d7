import type { ClientBase } from 'pg';
import { asDatabaseError } from './connect.ts';
import type { Queryable, Statement } from './database.ts';

/** Statements over one connection. Once `isOver` says so, every call rejects instead of reaching a later user's work. */
export function clientQueryable(client: ClientBase, isOver: () => boolean = () => false): Queryable {
  const query = async (statement: Statement<unknown>, values: unknown[] = []) => {
    if (isOver()) throw new Error(`The transaction is over; ${statement.name} came too late.`);
    try {
      return await client.query({ name: statement.name, text: statement.text, values });
    } catch (error) {
      throw asDatabaseError(error);
    }
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
