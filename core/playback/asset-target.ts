/** Reads the address of something of an asset by hand, as `target.ts` does of a stream. */
import { pathEnd, readMedia } from './target.ts';
import { hasTokenForm } from './tokens.ts';

export type AssetTargetKind = 'multivariant' | 'playlist' | 'init' | 'segment' | 'image';

/** Pictures of an asset, by their names in its address. */
export const IMAGES = {
  'thumbnail.jpg': { column: 'thumbnail', type: 'image/jpeg' },
  'storyboard.vtt': { column: 'storyboardVtt', type: 'text/vtt; charset=utf-8' },
  'storyboard.jpg': { column: 'storyboardImage', type: 'image/jpeg' },
} as const;

/** What a request under `/vod/` asks for. Fields that its kind has not are empty, or 0. */
export interface AssetTarget {
  kind: AssetTargetKind;
  assetId: string;
  rendition: string;
  init: number;
  sequence: number;
  image: keyof typeof IMAGES | null;
  /** Of the path, as it was sent; null where it has none. */
  token: string | null;
}

export const VOD_PREFIX = '/vod/';

/**
 * Reads `/vod/<asset>/index.m3u8`, `/vod/<asset>/{thumbnail.jpg,storyboard.vtt,storyboard.jpg}` and
 * `/vod/<asset>/<rendition>/{index.m3u8,init-<n>.mp4,<init>-<sequence>.m4s}`, the last two also with `~<token>/` behind the
 * asset. Nothing is decoded: an address with an escape in it names nothing. Null for whatever is none of these.
 */
export function readAssetTarget(url: string): AssetTarget | null {
  const [assetId = '', ...rest] = url.slice(VOD_PREFIX.length, pathEnd(url)).split('/');
  let token: string | null = null;
  if (rest[0]?.startsWith('~')) {
    token = rest.shift()!.slice(1);
    if (!hasTokenForm(token)) return null;
  }
  const target = { assetId, rendition: '', init: 0, sequence: 0, image: null, token };
  const [name, file] = rest;
  if (name === undefined || rest.length > 2) return null;
  if (file === undefined) {
    if (Object.hasOwn(IMAGES, name)) return { ...target, kind: 'image', image: name as keyof typeof IMAGES };
    return name === 'index.m3u8' && token === null ? { ...target, kind: 'multivariant' } : null;
  }
  const media = readMedia(file);
  if (media?.kind === 'playlist') return { ...target, kind: 'playlist', rendition: name };
  if (media?.kind !== 'init' && media?.kind !== 'segment') return null;
  return { ...target, kind: media.kind, rendition: name, init: media.init, sequence: media.sequence };
}
