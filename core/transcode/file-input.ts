/** How a file of a stranger is opened: as what its first bytes show, by decoders that were chosen, and never anything but it. */
import type { Container, InputFile } from '#plugin-api';

/** What cameras, phones, editors and browsers make. Other decoders stay shut: each is code that a stranger's bytes would run through. */
const VIDEO_DECODERS =
  'h264,hevc,vp8,vp9,libvpx,libvpx-vp9,av1,libdav1d,libaom-av1,prores,mpeg4,mjpeg,png,dnxhd,mpeg2video,h263'.split(',');
const AUDIO_DECODERS =
  'aac,mp3,mp3float,opus,libopus,vorbis,flac,alac,ac3,eac3,dca,truehd,amrnb,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be,pcm_u8,pcm_s8'.split(
    ',',
  );

/** Not used, but ffprobe looks into every stream, and refuses the file where it may not. */
const SUBTITLE_DECODERS = 'ass,ssa,srt,subrip,text,mov_text,webvtt,pgssub,dvdsub,dvbsub'.split(',');

/** 8192 by 4320: one picture of it takes 53 MB. */
export const MAX_PIXELS = 8192 * 4320;
export const MAX_STREAMS = 64;
/** Bytes: the largest single piece of memory that a file may ask for. */
const MAX_ALLOCATION = 256 * 1024 * 1024;
const PROBE_BYTES = 20_000_000;
const ANALYZE_MICROSECONDS = 10_000_000;

const CONTAINER_OPTIONS: Record<Container, string[]> = {
  // A MOV may say that its media are in other files.
  mov: ['-enable_drefs', '0', '-use_absolute_path', '0'],
  matroska: [],
};

/** For ffprobe and ffmpeg alike: what stands before the input, and the input. */
export function fileInput({ path, container }: InputFile): string[] {
  return [
    ...[
      '-protocol_whitelist',
      'file',
      '-format_whitelist',
      container,
      '-f',
      container,
      ...CONTAINER_OPTIONS[container],
    ],
    ...['-codec_whitelist', [...VIDEO_DECODERS, ...AUDIO_DECODERS, ...SUBTITLE_DECODERS].join(',')],
    ...['-max_streams', String(MAX_STREAMS), '-max_pixels', String(MAX_PIXELS)],
    ...['-probesize', String(PROBE_BYTES), '-analyzeduration', String(ANALYZE_MICROSECONDS)],
    ...['-i', `file:${path}`],
  ];
}

/** Before everything else. */
export function allocationLimit(): string[] {
  return ['-max_alloc', String(MAX_ALLOCATION)];
}

/** Whether a codec that ffprobe names is one that is decoded here. */
export function isDecoded(codec: string): boolean {
  return VIDEO_DECODERS.includes(codec) || AUDIO_DECODERS.includes(codec);
}
