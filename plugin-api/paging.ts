/** Lists in pages: how a page is asked for, read and answered. The cursor says nothing to those who carry it. */
import { type TArray, type TNull, type TObject, type TSchema, type TString, type TUnion, Type } from 'typebox';
import { requestInvalid } from './errors.ts';

/** Query of every list; filters stand beside it: `Type.Object({ ...paging, state: … })`. */
export const paging = {
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 25, description: 'Members of a page.' }),
  cursor: Type.Optional(Type.String({ maxLength: 200, description: '`next_cursor` of the page before.' })),
};

/** Body of every list's answer. */
export function listOf<T extends TSchema>(
  item: T,
): TObject<{ data: TArray<T>; next_cursor: TUnion<[TString, TNull]> }> {
  return Type.Object({
    data: Type.Array(item),
    next_cursor: Type.Union([Type.String(), Type.Null()], { description: 'Null on the last page.' }),
  });
}

export interface Page<T> {
  data: T[];
  /** Null on the last page. */
  next_cursor: string | null;
}

export interface PageOptions<T> {
  /** Name of the list; a cursor of another one is refused. */
  list: string;
  query: { limit: number; cursor?: string };
  /** Reads at most so many rows that come after the position, in the order of the list; the first ones where it is undefined. */
  read(page: { limit: number; after: string | undefined }): Promise<T[]>;
  /** Where a row stands in the order of the list: its id, where that is the order. */
  position(row: T): string;
  /** What positions look like, since anybody may make a cursor; that of an id where not given. */
  positions?: RegExp;
}

const IDS = /^[a-z]{3}_[0-9a-f]{32}$/;

/** Reads one page: one row more than it holds, which tells whether another follows. Errors: `LS_REQUEST_INVALID` for a bad cursor. */
export async function readPage<T>({ list, query, read, position, positions = IDS }: PageOptions<T>): Promise<Page<T>> {
  const { limit, cursor } = query;
  const after = cursor === undefined ? undefined : openCursor(list, cursor, positions);
  const rows = await read({ limit: limit + 1, after });
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { data, next_cursor: more ? Buffer.from(`${list} ${position(last)}`).toString('base64url') : null };
}

function openCursor(list: string, cursor: string, positions: RegExp): string {
  const text = Buffer.from(cursor, 'base64url').toString();
  const position = text.slice(list.length + 1);
  const ours = text.startsWith(`${list} `) && Buffer.from(text).toString('base64url') === cursor;
  if (ours && positions.test(position)) return position;
  const detail = 'is no next_cursor of this list';
  throw requestInvalid(`/query/cursor ${detail}.`, { errors: [{ pointer: '/query/cursor', detail }] });
}
