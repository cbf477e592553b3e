/** Playlist text in which every child URI can carry the viewer's token. */

/** Stands in marked text after a URI, where `?token=…` goes. */
export const TOKEN_SLOT = '\u0000';
/** The same after a URI that has a query already, where `&token=…` goes. */
export const TOKEN_SLOT_IN_QUERY = '\u0001';

const ASCII = /^[\0-\x7f]*$/;

/** One rendered playlist: the text without a token is made once, with one it is a join of pieces. */
export class PlaylistTemplate {
  readonly #marked: string;
  #plain: string | null = null;
  #pieces: string[] | null = null;

  constructor(marked: string) {
    this.#marked = ASCII.test(marked) ? marked : Buffer.from(marked).toString('latin1');
  }

  /** The text for a viewer, one character for each byte of its UTF-8. The token is put in as it is, so it must be one that was verified. */
  text(token: string | null): string {
    if (token === null) {
      this.#plain ??= this.#marked.replaceAll(TOKEN_SLOT, '').replaceAll(TOKEN_SLOT_IN_QUERY, '');
      return this.#plain;
    }
    this.#pieces ??= this.#marked.split(TOKEN_SLOT);
    return this.#pieces.join(`?token=${token}`).replaceAll(TOKEN_SLOT_IN_QUERY, `&token=${token}`);
  }
}
