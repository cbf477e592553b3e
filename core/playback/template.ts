/** Playlist text in which the addresses of playlists can carry the viewer's token. */

/** Stands in marked text before a path, where `~<token>/` goes. */
export const TOKEN_SLOT = '\u0000';

/** A multivariant playlist, rendered once for all viewers but for their tokens. */
export class PlaylistTemplate {
  /** One character for each byte of its UTF-8. */
  readonly #marked: string;

  constructor(marked: string) {
    this.#marked = Buffer.from(marked).toString('latin1');
  }

  /** The text for a viewer, one character for each byte. The token is put in as it is, so it must be one that was verified. */
  text(token: string | null): string {
    return this.#marked.replaceAll(TOKEN_SLOT, token === null ? '' : `~${token}/`);
  }
}
