/** The job that makes an asset of an upload: looks into the file, transcodes it, and gives it up where it cannot be used. */
import { type Host, type JobDefinition, type JobRun, LivestreamsError, NoRetry, Type } from '#plugin-api';
import { Checkpoint } from './checkpoint.ts';
import { localFile } from './input.ts';
import { planFile } from './plan.ts';
import { FileRefused } from './refusal.ts';
import { sniff } from './sniff.ts';
import { type Plan, type UploadRow, Uploads, type VodHost } from './uploads.ts';

declare module '#plugin-api' {
  interface JobMap {
    'vod.transcode': { upload_id: string };
  }
}

/** pg-boss's longest; a try that takes longer goes on in the next. */
const DAY = 24 * 60 * 60;
const PROGRESS_DIGITS = 10;

export const transcodeJob: JobDefinition<{ upload_id: string }> = {
  payload: Type.Object({ upload_id: Type.String() }),
  concurrency: (host) => (host as VodHost).config.concurrency,
  retryLimit: 3,
  timeout: DAY - 60,
  async run({ upload_id: id }, job) {
    const host = job.host as VodHost;
    const uploads = new Uploads(host.db);
    const upload = await uploads.get(id);
    if (!upload?.assetId) throw new NoRetry('The upload was deleted.');
    const asset = await host.assets.get(upload.assetId);
    if (!asset) throw new NoRetry('The asset was deleted.');
    if (asset.status === 'ready') return;
    await host.assets.restart(asset.id);
    try {
      await transcodeUpload({ ...upload, assetId: asset.id }, job, host, uploads);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      await uploads.set(id, { refusal: error.message });
      job.log(`Refused: ${error.message}`);
      throw new NoRetry(error.message, { cause: error });
    }
    // What it was made of is needed no more.
    await host.storage.delete(upload.storageKey);
  },
};

function isRefusal(error: unknown): error is Error {
  return error instanceof FileRefused || (error instanceof LivestreamsError && error.code === 'LS_MEDIA_REFUSED');
}

async function transcodeUpload(
  upload: UploadRow & { assetId: string },
  job: JobRun,
  host: VodHost,
  uploads: Uploads,
): Promise<void> {
  const { id, assetId, storageKey } = upload;
  const { signal } = job;
  const input = await localFile(host as Host, storageKey, signal);
  try {
    const plan = upload.plan ?? (await makePlan(input.path, job, host));
    if (!upload.plan) await uploads.set(id, { plan });
    const { facts, container } = plan;
    const checkpoint = new Checkpoint({
      ...{ uploadId: id, assetId, jobId: job.id, attempt: job.attempt, renditions: renditionsOf(plan) },
      ...{ progress: upload.progress, uploads, assets: host.assets, storage: host.storage },
    });
    await checkpoint.resume();
    const from = checkpoint.next;
    if (from.sequence > 0) job.log(`Goes on behind segment ${from.sequence}, at ${from.time.toFixed(3)} s.`);
    const work = host.media.transcode({
      ...{ file: { path: input.path, container }, facts, plan: plan.plan, from, signal },
      maxDuration: host.config.maxDuration,
      onInit: (init) => checkpoint.init(init),
      onSegment: (segment) => checkpoint.segment(segment),
      onLine: (line) => job.log(line),
      onProgress({ frame, fps, speed, bitrate, time }) {
        const whole = facts.duration ?? 0;
        const percent =
          whole > 0 ? Math.min(100, Math.round((100 * PROGRESS_DIGITS * time) / whole) / PROGRESS_DIGITS) : 0;
        const eta = speed > 0 && whole > 0 ? { eta: Math.max(0, Math.round((whole - time) / speed)) } : {};
        job.progress({ percent, frame, fps, speed, ...(bitrate === null ? {} : { bitrate }), ...eta });
      },
    });
    const { duration } = await work.catch(async (error: unknown) => {
      await checkpoint.abandon();
      throw error;
    });
    await checkpoint.finish();
    await host.assets.ready(assetId, { duration });
    job.log(`Ready: ${duration.toFixed(3)} s.`);
    job.progress({ percent: 100, eta: 0 });
  } finally {
    await input.release();
  }
}

async function makePlan(path: string, job: JobRun, host: VodHost): Promise<Plan> {
  const container = await sniff(path);
  const plan = await planFile({ path, container, settings: host.config, media: host.media, signal: job.signal });
  const { video, audio, audioStreams, duration } = plan.facts;
  const renditions = [
    ...(plan.plan.offerSource ? ['source as it is'] : []),
    ...plan.plan.renditions.map(({ name }) => name),
  ];
  job.log(
    [
      `${container}, ${duration === null ? 'of unknown length' : `${duration.toFixed(3)} s`}`,
      video
        ? `${video.codec} ${video.width}x${video.height}${video.highDynamicRange ? `, ${video.highDynamicRange}` : ''}`
        : 'no picture',
      audio
        ? `${audio.codec}, ${audio.channels} channels${audioStreams > 1 ? ` (one of ${audioStreams})` : ''}`
        : 'no sound',
      `makes ${[...renditions, ...(audio ? ['audio'] : [])].join(', ')}`,
    ].join('; '),
  );
  return plan;
}

function renditionsOf({ plan, facts }: Plan): number {
  return (plan.offerSource ? 1 : 0) + plan.renditions.length + (facts.audio ? 1 : 0);
}
