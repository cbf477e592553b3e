/** One coded frame of silence, for where a publisher's sound has a gap. */
import type { AudioConfig } from './track.ts';

/** `raw_data_block` of AAC-LC with all spectra zero (ISO/IEC 14496-3, 4.4.2.1), by number of channels. */
const AAC: Record<number, Buffer> = {
  1: Buffer.from('00c800802380', 'hex'),
  2: Buffer.from('210049900219002380', 'hex'),
};
/** RFC 6716, 3.1: configuration 31 (CELT, full band, 20 ms), stereo or mono, one frame, empty spectrum. */
const OPUS: Record<number, Buffer> = { 1: Buffer.from('f8fffe', 'hex'), 2: Buffer.from('fcfffe', 'hex') };

/** Null where no silence is known for such a configuration. */
export function silentFrame(config: AudioConfig): Buffer | null {
  if (config.codecString === 'mp4a.40.2') return AAC[config.channels] ?? null;
  if (config.codec === 'opus' && config.samplesPerFrame * 50 === config.sampleRate)
    return OPUS[config.channels] ?? null;
  return null;
}
