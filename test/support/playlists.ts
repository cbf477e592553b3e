/** HLS playlists as a client of a test reads them: fetched, and taken apart into what their tags say. */

export type Attributes = Record<string, string>;

export interface Multivariant {
  text: string;
  variants: { url: string; attributes: Attributes }[];
  audio: { url: string; attributes: Attributes }[];
}

export interface ListedSegment {
  sequence: number;
  url: string;
  /** Seconds. */
  duration: number;
  discontinuity: boolean;
  programDateTime: string;
}

export interface Media {
  text: string;
  sequence: number;
  discontinuitySequence: number;
  targetDuration: number;
  segments: ListedSegment[];
  /** URLs of the initialization sections, in order. */
  inits: string[];
  parts: Attributes[];
  ended: boolean;
}

/** Fetches a text; an answer that is not 2xx fails the test. */
export async function fetchText(url: string): Promise<string> {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`);
  return text;
}

export async function readMultivariant(url: string): Promise<Multivariant> {
  const text = await fetchText(url);
  const lines = text.split('\n');
  const tags = lines.map((line, at) => ({ attributes: attributesOf(line), next: lines[at + 1]!, line }));
  return {
    text,
    variants: tags
      .filter(({ line }) => line.startsWith('#EXT-X-STREAM-INF:'))
      .map(({ attributes, next }) => ({ attributes, url: new URL(next, url).href })),
    audio: tags
      .filter(({ line }) => line.startsWith('#EXT-X-MEDIA:TYPE=AUDIO'))
      .map(({ attributes }) => ({ attributes, url: new URL(attributes.URI!, url).href })),
  };
}

export async function readMedia(url: string): Promise<Media> {
  const text = await fetchText(url);
  const value = (tag: string) => new RegExp(`^#${tag}:(.*)$`, 'm').exec(text)?.[1];
  const media: Media = {
    text,
    sequence: Number(value('EXT-X-MEDIA-SEQUENCE')),
    discontinuitySequence: Number(value('EXT-X-DISCONTINUITY-SEQUENCE') ?? 0),
    targetDuration: Number(value('EXT-X-TARGETDURATION')),
    segments: [],
    inits: [],
    parts: [],
    ended: text.includes('#EXT-X-ENDLIST'),
  };
  let next = { duration: 0, discontinuity: false, programDateTime: '' };
  for (const line of text.split('\n')) {
    if (line.startsWith('#EXT-X-MAP:')) media.inits.push(new URL(attributesOf(line).URI!, url).href);
    if (line.startsWith('#EXT-X-PART:')) media.parts.push(attributesOf(line));
    if (line === '#EXT-X-DISCONTINUITY') next.discontinuity = true;
    if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) next.programDateTime = line.slice(line.indexOf(':') + 1);
    if (line.startsWith('#EXTINF:')) next.duration = Number.parseFloat(line.slice('#EXTINF:'.length));
    if (line === '' || line.startsWith('#')) continue;
    const sequence = media.sequence + media.segments.length;
    media.segments.push({ ...next, sequence, url: new URL(line, url).href });
    next = { duration: 0, discontinuity: false, programDateTime: '' };
  }
  return media;
}

function attributesOf(line: string): Attributes {
  const pairs = line.slice(line.indexOf(':') + 1).matchAll(/([A-Z0-9-]+)=("[^"]*"|[^,]*)/g);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, value!.replaceAll('"', '')]));
}
