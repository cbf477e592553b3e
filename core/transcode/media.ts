/** The tools for media that plugins get. */
import type { Media } from '#plugin-api';
import { keyframeInterval, probe } from './probe.ts';
import { transcode } from './transcode.ts';

export const media: Media = { probe, keyframeInterval, transcode };
