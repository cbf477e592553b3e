/** Where the playlists of what is played are, as its multivariant playlist says it. */
import type { Presentation } from '../segments/ring.ts';
import { readAssetTarget, VOD_PREFIX } from './asset-target.ts';
import { LIVE_PREFIX, readTarget } from './target.ts';

export interface Addresses {
  /** Of a rendition's playlist, relative to the multivariant one. */
  playlist(rendition: string): string;
  /** Whether a relative address is of such a playlist: only those are given the viewer's token. */
  owns(uri: string): boolean;
}

/**
 * A live playlist lists a window that only moves forward; an ended session's whole length is another resource, for the
 * sequence numbers of one playlist must not fall (RFC 8216bis, 6.2.2).
 */
export function sessionAddresses({ streamId, sessionId, state }: Presentation): Addresses {
  const file = state === 'ended' ? 'vod.m3u8' : 'index.m3u8';
  return {
    playlist: (rendition) => `${sessionId}/${rendition}/${file}`,
    owns(uri) {
      const kind = readTarget(`${LIVE_PREFIX}${streamId}/${uri}`)?.kind;
      return kind === 'playlist' || kind === 'vod';
    },
  };
}

export function assetAddresses(assetId: string): Addresses {
  return {
    playlist: (rendition) => `${rendition}/index.m3u8`,
    owns: (uri) => readAssetTarget(`${VOD_PREFIX}${assetId}/${uri}`)?.kind === 'playlist',
  };
}
