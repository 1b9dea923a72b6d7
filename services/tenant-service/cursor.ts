import { Problem } from '@alt/contracts';
import { z } from 'zod';
import type { TimeKey } from './store/members.ts';

const uuid = z.uuid();

/** A page of at most `limit` of `limit + 1` rows, and the cursor of what follows. */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  toItem: (row: Row) => Item,
  toCursor: (row: Row) => string,
) {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(toItem), nextCursor: rows.length > limit && last ? toCursor(last) : null };
}

/** The cursor of a list by id. */
export function decodeId(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  if (!uuid.safeParse(cursor).success) throw invalidCursor();
  return cursor;
}

/** The cursor of a list by time and id. */
export function encodeTime({ at, id }: TimeKey): string {
  return Buffer.from(`${at.getTime()}.${id}`).toString('base64url');
}

export function decodeTime(cursor: string | undefined): TimeKey | null {
  if (cursor === undefined) return null;
  const match = /^(\d{1,15})\.(.+)$/.exec(Buffer.from(cursor, 'base64url').toString());
  const [at, id] = [Number(match?.[1]), match?.[2] ?? ''];
  if (!match || at > 8.64e15 || !uuid.safeParse(id).success || encodeTime({ at: new Date(at), id }) !== cursor) {
    throw invalidCursor();
  }
  return { at: new Date(at), id };
}

function invalidCursor(): Problem {
  return new Problem('invalid-cursor', 'Take the cursor from "nextCursor" of the page before, unchanged.');
}
