/** What `/live/<stream_id>/status` says: enough for a player that waits for a stream to begin. */
import type { Presentation } from '../segments/ring.ts';
import type { StreamFacts } from './directory.ts';
import { lastListed } from './media-playlist.ts';

export interface StreamStatus {
  /** `starting`: a publisher is there, its picture is not yet. `ended`: the last session can be watched. */
  state: 'offline' | 'starting' | 'live' | 'reconnecting' | 'ended';
  session_id: string | null;
  title: string;
  latency: 'standard' | 'low';
  updated_at: string;
}

/** @param live The stream's open session, where it is in memory. */
export function streamStatus({ stream, session, updatedAt }: StreamFacts, live: Presentation | null): StreamStatus {
  return {
    state: live === null ? stateWithoutPicture(session) : liveState(live),
    session_id: live?.sessionId ?? session?.id ?? null,
    title: stream.title,
    latency: live?.latency ?? stream.latency,
    updated_at: updatedAt.toISOString(),
  };
}

function liveState(live: Presentation): StreamStatus['state'] {
  for (const rendition of live.renditions.values()) {
    if (rendition.listed && lastListed(live, rendition) !== null) return live.state;
  }
  return 'starting';
}

function stateWithoutPicture(session: StreamFacts['session']): StreamStatus['state'] {
  if (session === null) return 'offline';
  return session.state === 'live' ? 'starting' : session.state;
}
