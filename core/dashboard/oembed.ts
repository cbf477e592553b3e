/** oEmbed 1.0: how other sites turn a watch page's address into a player. */
import type { Watchable } from './watchable.ts';

/** Pixels that are offered where the asker names no maximum. */
const WIDTH = 1280;
const HEIGHT = 720;

/** Answers the id in an address of this server's watch or embed page; null for any other address. */
export function watchableOfAddress(address: string, publicUrl: string): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.origin !== new URL(publicUrl).origin) return null;
  return /^\/(?:watch|embed)\/([A-Za-z0-9_]+)\/?$/.exec(url.pathname)?.[1] ?? null;
}

/** The largest 16:9 frame within the maxima (pixels, as the query has them; what is no number is no maximum). */
export function frameWithin(
  maxWidth: string | undefined,
  maxHeight: string | undefined,
): { width: number; height: number } {
  const limit = (text: string | undefined, whole: number) => {
    const pixels = Number(text);
    return text && pixels >= 1 ? Math.min(Math.floor(pixels), whole) : whole;
  };
  const width = Math.min(limit(maxWidth, WIDTH), Math.floor((limit(maxHeight, HEIGHT) * WIDTH) / HEIGHT));
  return { width, height: Math.max(1, Math.floor((width * HEIGHT) / WIDTH)) };
}

/** The answer of `GET /oembed` (oEmbed 2.3.4.2, type `video`). */
export function oembedAnswer(
  { id, title }: Pick<Watchable, 'id' | 'title'>,
  size: { width: number; height: number },
  publicUrl: string,
) {
  const source = `${publicUrl}/embed/${id}`;
  return {
    version: '1.0',
    type: 'video',
    title,
    provider_name: 'Livestreams',
    provider_url: publicUrl,
    ...size,
    html: `<iframe src="${source}" width="${size.width}" height="${size.height}" style="border:0" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>`,
  };
}
