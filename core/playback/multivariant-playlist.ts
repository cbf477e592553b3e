/** Writes the multivariant playlist: what a presentation offers, as a plan that plugins may shape, and as text. */
import type { PlaylistPlan } from '#plugin-api';
import type { Init, Presentation, Rendition } from '../segments/ring.ts';
import { type Addresses, sessionAddresses } from './addresses.ts';
import { lastListed } from './media-playlist.ts';
import { PlaylistTemplate, TOKEN_SLOT } from './template.ts';

type VideoFormat = Extract<Init['config'], { kind: 'video' }>;
type AudioFormat = Extract<Init['config'], { kind: 'audio' }>;
type Variant = PlaylistPlan['variants'][number];

/**
 * The most bits per second of the variant that stands first. Players start with it while they know nothing of the
 * viewer's line (hls.js takes its bitrate as the first estimate): most lines carry this, and it is a good picture.
 */
const FIRST_VARIANT_BANDWIDTH = 4_000_000;

/** Seconds of media that one rendition may be ahead of another at a session's start. */
const ENCODERS_LAG = 3;

const AUDIO_GROUP = 'audio';

/**
 * Whether the playlist would show all that is offered, so that no viewer misses a rendition that is about to come. One that
 * has not come after some seconds of the others is not waited for: its encoder has failed, or comes later.
 */
export function isComplete(presentation: Presentation): boolean {
  if (presentation.state === 'ended') return true;
  let missing = presentation.offered.length === 0;
  let longest = 0;
  for (const name of presentation.offered) {
    const rendition = presentation.renditions.get(name);
    const last = rendition && lastListed(presentation, rendition);
    if (!rendition || !last) missing = true;
    else longest = Math.max(longest, last.start + last.duration - rendition.segments[0]!.start);
  }
  return !missing || longest >= ENCODERS_LAG;
}

/** What viewers are offered now, highest first behind the variant to start with; null while there is nothing to play. */
export function planPlaylist(
  presentation: Presentation,
  addresses: Addresses = sessionAddresses(presentation),
): PlaylistPlan | null {
  const { video, audio } = playable(presentation);
  const carriers = video.length > 0 ? video : audio;
  if (carriers.length === 0) return null;
  const sound = video.length > 0 ? audio : [];
  const variants = carriers.map((rendition): Variant => {
    const own = bandwidths(presentation, rendition);
    const heard = sound.map((other) => bandwidths(presentation, other));
    return {
      name: rendition.name,
      bandwidth: own.peak + Math.max(0, ...heard.map((each) => each.peak)),
      averageBandwidth: own.average + Math.max(0, ...heard.map((each) => each.average)),
      codecs: codecs([rendition, ...sound]),
      uri: addresses.playlist(rendition.name),
    };
  });
  return { variants: startingWith(variants), tags: [] };
}

/** The playlist of a plan. A variant that a plugin added has no resolution, for it is not of this presentation. */
export function writeMultivariant(
  presentation: Presentation,
  plan: PlaylistPlan,
  addresses: Addresses = sessionAddresses(presentation),
): PlaylistTemplate {
  const { video, audio } = playable(presentation);
  const group = video.length > 0 && audio.length > 0;
  const lines = ['#EXTM3U', '#EXT-X-VERSION:9', '#EXT-X-INDEPENDENT-SEGMENTS', ...plan.tags];
  if (group) {
    for (const [at, rendition] of audio.entries()) lines.push(audioLine(addresses, rendition, at === 0));
  }
  for (const variant of plan.variants) {
    lines.push(variantLine(variant, presentation.renditions.get(variant.name), group), slotted(addresses, variant.uri));
  }
  return new PlaylistTemplate(`${lines.join('\n')}\n`);
}

function playable(presentation: Presentation): { video: Rendition[]; audio: Rendition[] } {
  const listed = [...presentation.renditions.values()].filter(
    (rendition) => rendition.listed && lastListed(presentation, rendition) !== null,
  );
  return {
    video: listed.filter((rendition) => rendition.kind === 'video'),
    audio: listed.filter((rendition) => rendition.kind === 'audio'),
  };
}

/** Highest first, except that the best of those within reach of most lines, else the lowest, goes to the front. */
function startingWith(variants: Variant[]): Variant[] {
  const ordered = variants.toSorted((a, b) => b.bandwidth - a.bandwidth);
  const first = ordered.find((variant) => variant.bandwidth <= FIRST_VARIANT_BANDWIDTH) ?? ordered.at(-1);
  return first === undefined ? [] : [first, ...ordered.filter((variant) => variant !== first)];
}

function variantLine(variant: Variant, rendition: Rendition | undefined, group: boolean): string {
  const attributes = [
    `BANDWIDTH=${Math.ceil(variant.bandwidth)}`,
    `AVERAGE-BANDWIDTH=${Math.ceil(variant.averageBandwidth)}`,
    `CODECS="${variant.codecs}"`,
  ];
  const config = rendition === undefined ? undefined : newestConfig(rendition);
  if (config?.kind === 'video') attributes.push(...pictureAttributes(config));
  if (group && config?.kind !== 'audio') attributes.push(`AUDIO="${AUDIO_GROUP}"`);
  return `#EXT-X-STREAM-INF:${attributes.join(',')}`;
}

function pictureAttributes(config: VideoFormat): string[] {
  const resolution = `RESOLUTION=${config.width}x${config.height}`;
  return config.frameRate === null ? [resolution] : [resolution, `FRAME-RATE=${config.frameRate.toFixed(3)}`];
}

function audioLine(addresses: Addresses, rendition: Rendition, isDefault: boolean): string {
  const config = newestConfig(rendition) as AudioFormat;
  const uri = slotted(addresses, addresses.playlist(rendition.name));
  return (
    `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="${AUDIO_GROUP}",NAME="${rendition.name}",` +
    `DEFAULT=${isDefault ? 'YES' : 'NO'},AUTOSELECT=YES,CHANNELS="${config.channels}",URI="${uri}"`
  );
}

/** The viewer's token goes only to our own playlists: an address by which a plugin leads elsewhere gets none. */
function slotted(addresses: Addresses, uri: string): string {
  return addresses.owns(uri) ? TOKEN_SLOT + uri : uri;
}

/** Every format that the listed segments have (RFC 8216bis, 4.4.6.2), each once, video first. */
function codecs(renditions: Rendition[]): string {
  const all = new Set<string>();
  for (const rendition of renditions) {
    const used = new Set(rendition.segments.map((segment) => segment.init));
    for (const init of rendition.inits) if (used.has(init.number)) all.add(init.config.codecString);
  }
  return [...all].join(',');
}

function newestConfig(rendition: Rendition): Init['config'] {
  const newest = rendition.inits.at(-1);
  if (newest === undefined) throw new Error(`Rendition ${rendition.name} lists segments without an init section.`);
  return newest.config;
}

/** Bits per second; before the first finished segment, those of the parts so far, which begin with a costly keyframe. */
function bandwidths(presentation: Presentation, rendition: Rendition): { peak: number; average: number } {
  if (rendition.peakBandwidth > 0) return { peak: rendition.peakBandwidth, average: rendition.averageBandwidth };
  const first = lastListed(presentation, rendition);
  const parts = first?.parts ?? [];
  const seconds = parts.reduce((sum, part) => sum + part.duration, 0);
  const bits = 8 * parts.reduce((sum, part) => sum + part.bytes.length, 0);
  const estimate = seconds > 0 ? bits / seconds : 0;
  return { peak: estimate, average: estimate };
}
