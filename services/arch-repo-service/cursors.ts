import { Problem } from '@alt/contracts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A page of rows of which one more was asked for than is shown. */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  present: (row: Row) => Item,
  cursorOf: (row: Row) => string,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return { items: shown.map(present), nextCursor: last === undefined ? null : cursorOf(last) };
}

/** The id in a cursor of a list by UUID; null before the first page. */
export function uuidCursor(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (!UUID.test(cursor)) throw invalidCursor();
  return cursor;
}

/** The number in a cursor of a list by number; null before the first page. */
export function numberCursor(cursor: string | undefined): number | null {
  if (cursor === undefined) return null;
  if (!/^\d{1,15}$/.test(cursor)) throw invalidCursor();
  return Number(cursor);
}

/** A place in an order that people made: `<position>.<id>`. */
export function placeCursor(cursor: string | undefined): { position: number; id: string } | null {
  if (cursor === undefined) return null;
  const [, position = '', id = ''] = /^(-?\d{1,15})\.(.+)$/.exec(cursor) ?? [];
  if (position === '' || !UUID.test(id)) throw invalidCursor();
  return { position: Number(position), id };
}

function invalidCursor(): Problem {
  return new Problem('invalid-cursor', 'Take the cursor from "nextCursor" of the page before, unchanged.');
}
