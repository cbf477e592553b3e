/** Where a publisher wants to go, as encoders spell it in `app`, `tcUrl` and the publish name. */

export interface PublishTarget {
  streamId: string;
  key: string;
}

/** The path that publishers use: `rtmp://host/live/…`. */
export const APP = 'live';

function withQuery(text: string): { path: string; query: string } {
  const mark = text.indexOf('?');
  return mark < 0 ? { path: text, query: '' } : { path: text.slice(0, mark), query: text.slice(mark + 1) };
}

/**
 * Reads the target from what an encoder sent. The key may stand behind the publish name (where encoders with one key field
 * and ffmpeg put it), or behind `app` or `tcUrl`.
 * @returns a sentence for the encoder where it is none.
 */
export function publishTarget(app: string, tcUrl: string, name: string): PublishTarget | string {
  const fromApp = withQuery(app);
  if (fromApp.path.replaceAll('/', '') !== APP) return `Publish to the path /${APP} of this server.`;
  const { path: streamId, query } = withQuery(name);
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(streamId))
    return 'The stream id is missing or malformed: use <stream_id>?key=<key> as stream key.';
  for (const text of [query, fromApp.query, withQuery(tcUrl).query]) {
    const key = new URLSearchParams(text).get('key');
    if (key) return key.length <= 256 ? { streamId, key } : 'The stream key is too long.';
  }
  return 'The stream key is missing: use <stream_id>?key=<key> as stream key.';
}
