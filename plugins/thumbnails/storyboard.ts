/** Storyboards: which moments of an asset are pictured, and the WebVTT that says where on the sheet each stands. */
import type { AssetSegment } from '#plugin-api';
import type { Box } from './pictures.ts';

export interface Tile {
  segment: AssetSegment;
  /** Seconds on the asset's timeline from which the picture stands for what is played. */
  time: number;
}

/** At most so many segments, evenly spread, no closer than `apart` seconds. Segments are of one rendition, in order. */
export function chooseTiles(segments: AssetSegment[], most: number, apart: number): Tile[] {
  const last = segments.at(-1);
  if (!last) return [];
  const start = segments[0]!.start;
  const step = Math.max(apart, (last.start + last.duration - start) / most);
  const tiles: Tile[] = [];
  for (const segment of segments) {
    // Half of a short segment early is nearer than a whole one late.
    const due = start + tiles.length * step;
    if (segment.start + segment.duration / 2 >= due && tiles.length < most) {
      tiles.push({ segment, time: segment.start });
    }
  }
  return tiles;
}

/** Rows are filled up to so many columns, so that a sheet is no strip. */
export function columnsOf(tiles: number): number {
  return Math.min(10, Math.max(1, Math.ceil(Math.sqrt(tiles))));
}

/** A tile of about the area of 160x90 in the shape of the picture; even numbers of pixels. */
export function tileBox({ width, height }: Box): Box {
  const scale = Math.sqrt((160 * 90) / (width * height));
  const even = (value: number) => Math.max(2, Math.round((value * scale) / 2) * 2);
  return { width: even(width), height: even(height) };
}

/**
 * WebVTT with a cue for each tile: `<image>#xywh=x,y,w,h` (W3C Media Fragments, 4.2.2). The first begins with the asset, each lasts until
 * the next, the last to the end.
 */
export function storyboardVtt(times: number[], duration: number, image: string, box: Box, columns: number): string {
  const cues = times.map((time, at) => {
    const from = at === 0 ? 0 : time;
    const until = Math.max(times[at + 1] ?? duration, from + 0.001);
    const [x, y] = [(at % columns) * box.width, Math.floor(at / columns) * box.height];
    return `${clock(from)} --> ${clock(until)}\n${image}#xywh=${x},${y},${box.width},${box.height}\n`;
  });
  return `WEBVTT\n\n${cues.join('\n')}`;
}

/** `hh:mm:ss.ttt` (WebVTT, 3.3). */
function clock(seconds: number): string {
  const all = Math.round(seconds * 1000);
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  const [hours, minutes, rest] = [Math.floor(all / 3_600_000), Math.floor(all / 60_000) % 60, all % 60_000];
  return `${digits(hours, 2)}:${digits(minutes, 2)}:${digits(Math.floor(rest / 1000), 2)}.${digits(rest % 1000, 3)}`;
}
