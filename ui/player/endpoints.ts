/** Where the playlist of a stream or an asset is, and the stream's status, from what a page's author writes into `src`. */

export interface Endpoints {
  /** Multivariant playlist, with its token. */
  playlist: string;
  /** The stream's status; null for assets and other playlists, which do not change their state. */
  status: string | null;
}

/**
 * `src` is the id of a stream or an asset (`str_…`, `ast_…`, looked for on `home`), the base URL of a stream
 * (`https://host/live/str_…`), or any playlist (`….m3u8`). Throws a TypeError where it is none of them.
 */
export function endpointsOf(src: string, token: string | null, home: string, page: string): Endpoints {
  if (/^str_[0-9a-z]+$/.test(src)) return endpointsOf(new URL(`/live/${src}`, home).href, token, home, page);
  if (/^ast_[0-9a-z]+$/.test(src)) return endpointsOf(new URL(`/vod/${src}/index.m3u8`, home).href, token, home, page);
  const url = new URL(src, page);
  if (token) url.searchParams.set('token', token);
  if (url.pathname.endsWith('.m3u8')) return { playlist: url.href, status: null };
  const base = url.pathname.replace(/\/$/, '');
  const at = (name: string) => {
    const child = new URL(url);
    child.pathname = `${base}/${name}`;
    return child.href;
  };
  return { playlist: at('index.m3u8'), status: at('status') };
}
