/** FLV tags to a source's configurations and coded frames. */
import type { AudioCodec, VideoCodec } from '#plugin-api';
import { aacConfig } from './codecs/aac.ts';
import { av1Config } from './codecs/av1.ts';
import { CodecConfigError } from './codecs/bit-reader.ts';
import { h264Config } from './codecs/h264.ts';
import { hevcConfig } from './codecs/hevc.ts';
import { opusConfig, opusPacketSamples } from './codecs/opus.ts';
import { FLV_AUDIO, FLV_VIDEO, type FlvTag } from './flv.ts';
import { type Packet, readAudioTag, readVideoTag } from './flv-packet.ts';
import { type Metadata, readMetadata } from './metadata.ts';
import type { AudioConfig, TrackConfig, VideoConfig } from './track.ts';

/** What a source says next. Times are milliseconds as sent, unsigned 32 bits: they are for {@link Timeline}. */
export type Unit =
  | { kind: 'config'; config: TrackConfig }
  | { kind: 'video'; time: number; cts: number; keyframe: boolean; data: Buffer }
  | { kind: 'audio'; time: number; data: Buffer }
  | ({ kind: 'metadata' } & Metadata)
  /** Said once for each codec and reason; the track's frames are left out. `reason` is a sentence for the publisher. */
  | { kind: 'unsupported'; track: 'video' | 'audio'; codec: string; reason: string };

const WANTED = { video: 'H.264, or HEVC or AV1 by Enhanced RTMP', audio: 'AAC or Opus' } as const;

const VIDEO_CONFIG: Record<VideoCodec, (description: Buffer) => VideoConfig> = {
  h264: h264Config,
  hevc: hevcConfig,
  av1: av1Config,
};
const AUDIO_CONFIG: Record<AudioCodec, (description: Buffer) => AudioConfig> = { aac: aacConfig, opus: opusConfig };

interface TrackState<Config> {
  /** Number of the multitrack's track that is followed: the first that came. */
  track: number | null;
  /** What the frames that come now are in; null where that is not known or not supported. */
  current: Config | null;
  /** The configuration that was last said. */
  said: Config | null;
}

/**
 * Reads the tags of one source, also across its reconnects. Takes legacy FLV (H.264, AAC) and Enhanced RTMP v2 (H.264, HEVC, AV1, AAC, Opus);
 * of several tracks of a kind the first that comes. A configuration is said when it differs from the last one; frames without one are left out.
 */
export class Demuxer {
  readonly #video: TrackState<VideoConfig> = { track: null, current: null, said: null };
  readonly #audio: TrackState<AudioConfig> = { track: null, current: null, said: null };
  readonly #refused = new Set<string>();

  /** @throws {FlvError} where a tag ends inside its header. */
  push(tag: FlvTag): Unit[] {
    const units: Unit[] = [];
    if (tag.type === FLV_VIDEO) {
      for (const packet of readVideoTag(tag.data)) this.#videoPacket(packet, tag.timestamp, units);
    } else if (tag.type === FLV_AUDIO) {
      for (const packet of readAudioTag(tag.data)) this.#audioPacket(packet, tag.timestamp, units);
    } else {
      const metadata = readMetadata(tag.data);
      if (metadata) units.push({ kind: 'metadata', ...metadata });
    }
    return units;
  }

  #videoPacket(packet: Packet<VideoCodec>, time: number, units: Unit[]): void {
    const state = this.#video;
    if (!this.#accept('video', state, packet, units)) return;
    if (packet.type === 'configuration') {
      state.current = this.#configure('video', packet, VIDEO_CONFIG, units);
      if (state.current) say(state, state.current, units);
    } else if (packet.type === 'frame' && packet.body.length > 0 && state.current?.codec === packet.codec) {
      units.push({ kind: 'video', time, cts: packet.cts, keyframe: packet.keyframe, data: packet.body });
    }
  }

  #audioPacket(packet: Packet<AudioCodec>, time: number, units: Unit[]): void {
    const state = this.#audio;
    if (!this.#accept('audio', state, packet, units)) return;
    if (packet.type === 'configuration') {
      state.current = this.#configure('audio', packet, AUDIO_CONFIG, units);
      // Only its packets say how long Opus frames are.
      if (state.current?.codec === 'aac') say(state, state.current, units);
    } else if (packet.type === 'frame' && packet.body.length > 0 && state.current?.codec === packet.codec) {
      if (state.current.codec === 'opus' && !sameConfig(state.said, state.current)) {
        state.current.samplesPerFrame = opusPacketSamples(packet.body);
        say(state, state.current, units);
      }
      units.push({ kind: 'audio', time, data: packet.body });
    }
  }

  /** Whether the packet is of the track that is followed, and of a codec that is supported. */
  #accept<Codec>(kind: 'video' | 'audio', state: TrackState<unknown>, packet: Packet<Codec>, units: Unit[]): boolean {
    state.track ??= packet.track;
    if (packet.track !== state.track) return false;
    if (packet.codec !== null) return true;
    state.current = null;
    const what = kind === 'video' ? 'video' : 'sound';
    this.#refuse(kind, packet.codecName, `The ${what} is ${packet.codecName}; send ${WANTED[kind]}.`, units);
    return false;
  }

  #configure<Codec extends string, Config>(
    kind: 'video' | 'audio',
    packet: Packet<Codec>,
    configs: Record<Codec, (description: Buffer) => Config>,
    units: Unit[],
  ): Config | null {
    try {
      // A copy: the configuration lives as long as the session, the tag's buffer should not.
      return configs[packet.codec!](Buffer.from(packet.body));
    } catch (error) {
      if (!(error instanceof CodecConfigError)) throw error;
      const reason = `The ${packet.codecName} configuration cannot be used: ${error.message}.`;
      this.#refuse(kind, packet.codecName, reason, units);
      return null;
    }
  }

  #refuse(track: 'video' | 'audio', codec: string, reason: string, units: Unit[]): void {
    // The bound keeps a hostile source from filling the memory with invented codecs.
    if (this.#refused.has(reason) || this.#refused.size >= 100) return;
    this.#refused.add(reason);
    units.push({ kind: 'unsupported', track, codec, reason });
  }
}

function say<Config extends TrackConfig>(state: TrackState<Config>, config: Config, units: Unit[]): void {
  if (sameConfig(state.said, config)) return;
  state.said = config;
  units.push({ kind: 'config', config });
}

function sameConfig(a: TrackConfig | null, b: TrackConfig): boolean {
  return a !== null && a.codec === b.codec && a.description.equals(b.description);
}
