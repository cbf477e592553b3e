/** The plugin on the hook: what it adds to a plan, and what it leaves alone. */
import { expect } from 'chai';
import type { Host, PipelineContext, PipelinePlan, SourceVideo, Tap } from '#plugin-api';
import { abr } from './index.ts';

const untouched: PipelinePlan = { offerSource: true, renditions: [], keyframes: 'source' };
const audio = { codec: 'aac', sampleRate: 48_000, channels: 2 } as const;
const video: SourceVideo = {
  codec: 'h264',
  codecString: 'avc1.64001f',
  width: 1280,
  height: 720,
  frameRate: 30,
  bitrate: null,
  keyframeInterval: null,
};

/** What the plugin's tap answers, with its default settings. */
async function answer(plan: PipelinePlan, source: PipelineContext['source'], shed = 0): Promise<PipelinePlan> {
  let tap: Tap<'pipeline'> | undefined;
  const host = {
    config: { ladder: ['720p', '480p', '360p'], passthrough: 'auto', preset: 'veryfast' },
    tap: (_hook: string, fn: Tap<'pipeline'>) => {
      tap = fn;
    },
  };
  await abr().definition.setup!(host as unknown as Host<Record<PropertyKey, unknown>>);
  const context: PipelineContext = {
    stream: { id: 'str', organizationId: 'org', title: '', latency: 'low', record: false, visibility: 'public' },
    session: { id: 'ses', startedAt: new Date(0) },
    source,
    shed,
  };
  return tap!(plan, context, new AbortController().signal);
}

describe('abr', () => {
  it('leaves a source without a picture alone', async () => {
    expect(await answer(untouched, { video: null, audio })).to.equal(untouched);
  });

  it('adds its rungs to a plan', async () => {
    const plan = await answer(untouched, { video, audio });
    expect(plan).to.include({ offerSource: true, keyframes: 'source' });
    expect(plan.renditions.map(({ name }) => name)).to.deep.equal(['480p', '360p']);
  });

  it('keeps what another plugin asked for, highest first', async () => {
    const own = { name: '600p', width: 1066, height: 600, bitrate: 1, maxBitrate: 1, bufferSize: 1 };
    const theirs = { ...own, preset: 'medium', profile: 'main' as const };
    const plan = await answer(
      { ...untouched, renditions: [theirs, { ...theirs, name: '480p', width: 854, height: 480 }] },
      { video, audio },
    );
    expect(plan.renditions.map(({ name }) => name)).to.deep.equal(['600p', '480p', '360p']);
    expect(plan.renditions[1]!.preset).to.equal('medium');
  });

  it('states a default and a description for each setting', () => {
    for (const [name, schema] of Object.entries(abr().definition.config.properties)) {
      expect(schema, name).to.include.keys('default', 'description');
    }
  });
});
