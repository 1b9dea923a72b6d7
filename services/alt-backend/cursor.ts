import { Problem } from '@alt/contracts';

/** Where a page ended: the sort key of its last entry. */
export interface ListKey {
  sortAt: Date;
  id: number;
}

export function encodeKey({ sortAt, id }: ListKey): string {
  return Buffer.from(`${sortAt.getTime()}.${id}`).toString('base64url');
}

/** The key in a cursor of ours. Throws `invalid-cursor` for anything else. */
export function decodeKey(cursor: string): ListKey {
  const match = /^(-?\d{1,16})\.(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString());
  const time = Number(match?.[1]);
  if (!match || Math.abs(time) > 8.64e15) throw invalidCursor();
  return { sortAt: new Date(time), id: Number(match[2]) };
}

/** The id in a cursor of a list by id; 0 before the first page. */
export function decodeId(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  if (!/^\d{1,10}$/.test(cursor)) throw invalidCursor();
  return Number(cursor);
}

/** A place in a list by position. */
export interface ListPlace {
  position: number;
  id: number;
}

export function encodePlace({ position, id }: ListPlace): string {
  return Buffer.from(`${position}/${id}`).toString('base64url');
}

/** The place in a cursor of a list by position. */
export function decodePlace(cursor: string): ListPlace {
  const match = /^(\d{1,9})\/(\d{1,10})$/.exec(Buffer.from(cursor, 'base64url').toString());
  if (!match || Number(match[2]) > 2_147_483_647) throw invalidCursor();
  return { position: Number(match[1]), id: Number(match[2]) };
}

const NAME_MARK = 'after:';

export function encodeName(name: string): string {
  return Buffer.from(NAME_MARK + name).toString('base64url');
}

/** The name in a cursor of a list by name; empty before the first page. */
export function decodeName(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const text = Buffer.from(cursor, 'base64url').toString();
  const name = text.slice(NAME_MARK.length);
  if (!text.startsWith(NAME_MARK) || name === '' || name.includes('\0') || encodeName(name) !== cursor) {
    throw invalidCursor();
  }
  return name;
}

function invalidCursor(): Problem {
  return new Problem('invalid-cursor', 'Take the cursor from "nextCursor" of the page before, unchanged.');
}
