/** How far a live playlist has come. */

/** Addresses of the pictures' media playlists that a multivariant playlist offers; none while it is not there. */
export async function mediaPlaylists(multivariant: string): Promise<string[]> {
  const response = await fetch(multivariant);
  if (!response.ok) return [];
  const listed = (await response.text()).matchAll(/^[^#\s].*$/gm);
  return [...listed].map(([uri]) => new URL(uri, multivariant).href);
}

/** The end of the newest part or segment of a media playlist, in seconds since 1970. Throws where it has no date. */
export async function liveEdge(playlist: string): Promise<number> {
  const text = await (await fetch(playlist)).text();
  const date = [...text.matchAll(/^#EXT-X-PROGRAM-DATE-TIME:(.+)$/gm)].at(-1);
  if (date === undefined) throw new Error(`${playlist} has no date`);
  const sum = (tags: RegExp, of: string) => [...of.matchAll(tags)].reduce((total, tag) => total + Number(tag[1]), 0);
  const rest = text.slice(date.index);
  const segments = /^[\s\S]*^#EXTINF:.*\n.*$/m.exec(rest)?.[0] ?? '';
  const open = rest.slice(segments.length);
  return (
    Date.parse(date[1]!) / 1000 + sum(/^#EXTINF:([\d.]+)/gm, segments) + sum(/^#EXT-X-PART:DURATION=([\d.]+)/gm, open)
  );
}
