/** What is made of an uploaded file: looked into within limits, and given the same ladder as a stream. */
import { type Container, type Media, planLadder } from '#plugin-api';
import { FileRefused } from './refusal.ts';
import type { Plan, VodSettings } from './uploads.ts';

export interface PlanOptions {
  path: string;
  container: Container;
  settings: Pick<VodSettings, 'ladder' | 'preset' | 'maxDuration'>;
  media: Media;
  signal: AbortSignal;
}

/** Throws `FileRefused`, and what `Media.probe` throws. */
export async function planFile({ path, container, settings, media, signal }: PlanOptions): Promise<Plan> {
  const file = { path, container };
  const facts = await media.probe(file, signal);
  if ((facts.duration ?? 0) > settings.maxDuration) {
    const hours = (seconds: number) => `${(seconds / 3600).toFixed(1)} h`;
    throw new FileRefused(`It is ${hours(facts.duration!)} long; up to ${hours(settings.maxDuration)} is taken.`);
  }
  const { video } = facts;
  if (!video) return { container, facts, plan: { offerSource: false, renditions: [], keyframes: 'source' } };
  // All packets are read only where its own frames could be sent.
  const worthwhile = video.plain && video.codec === 'h264';
  const keyframeInterval = worthwhile ? await media.keyframeInterval(file, video, signal) : null;
  const passthrough = keyframeInterval === null ? 'off' : 'auto';
  const plan = planLadder(
    { ladder: settings.ladder, preset: settings.preset, passthrough },
    { video: { ...video, keyframeInterval }, latency: 'standard', shed: 0 },
  );
  return { container, facts, plan };
}
