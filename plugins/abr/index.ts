/** Adaptive bitrate: adds smaller renditions to each session through the `pipeline` hook. */
import { definePlugin, type EncodedRendition, type PipelinePlan, planLadder, RUNG_NAMES, Type } from '#plugin-api';

const PRESETS = ['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium'] as const;

export const abr = definePlugin({
  name: 'abr',
  description: 'Adds smaller qualities to a stream, as the source and the machine allow.',
  config: Type.Object({
    ladder: Type.Array(Type.Enum(RUNG_NAMES), {
      default: ['720p', '480p', '360p'],
      minItems: 1,
      uniqueItems: true,
      description: 'Qualities by their smaller side. A source gets none that is larger than itself.',
    }),
    passthrough: Type.Enum(['auto', 'off'], {
      default: 'auto',
      description:
        'auto: a source that fits (H.264, about the size and bitrate of the top quality, a keyframe every 2 s) is offered as it is and not encoded again. off: every quality is encoded.',
    }),
    preset: Type.Enum([...PRESETS], {
      default: 'veryfast',
      description: 'Preset of x264: from little work for the machine to more picture for the same bitrate.',
    }),
  }),
  setup(host) {
    host.tap('pipeline', (plan, { source, stream, shed }) => {
      if (!source.video) return plan;
      return join(plan, planLadder(host.config, { video: source.video, latency: stream.latency, shed }));
    });
  },
});

/** What taps before this one asked for stays, beside the ladder and with its keyframes. */
function join(plan: PipelinePlan, ladder: PipelinePlan): PipelinePlan {
  const names = new Set(plan.renditions.map(({ name }) => name));
  const added = ladder.renditions.filter(({ name }) => !names.has(name));
  return { ...plan, ...ladder, renditions: [...plan.renditions, ...added].sort((a, b) => pixels(b) - pixels(a)) };
}

function pixels({ width, height }: EncodedRendition): number {
  return width * height;
}
