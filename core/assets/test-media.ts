/** For tests of assets: numbered pictures and a tone, packaged as a session would be, in storage and as rows of an asset. */
import { createHash } from 'node:crypto';
import type { Assets, Storage } from '#plugin-api';
import { makeMedia } from '../../test/support/ffmpeg.ts';
import { RecordingSink } from '../../test/support/packaged.ts';
import { type Picture, pictureArguments } from '../../test/support/publisher.ts';
import { Demuxer } from '../pipeline/demux.ts';
import { FlvReader } from '../pipeline/flv.ts';
import { Packager } from '../pipeline/packager.ts';
import { Timeline } from '../pipeline/timeline.ts';

/** Packages each picture of so many seconds behind the one before it, as publishers that follow each other. */
export function packagePictures(pictures: Picture[], seconds: number): RecordingSink {
  const sink = new RecordingSink();
  const packager = new Packager({ latency: 'low', sink });
  const timeline = new Timeline();
  for (const [at, picture] of pictures.entries()) {
    const { video = true, audio = true } = picture;
    const demuxer = new Demuxer();
    if (at > 0) {
      timeline.rebase();
      packager.publisherChanged();
    }
    packager.plan({ leader: video ? 'source' : 'audio', video: video ? ['source'] : [], audio });
    new FlvReader((tag) => {
      for (const unit of demuxer.push(tag)) {
        if (unit.kind === 'config') packager.config(unit.config.kind === 'video' ? 'source' : 'audio', unit.config);
        if (unit.kind !== 'video' && unit.kind !== 'audio') continue;
        const { time } = timeline.map(unit.kind, unit.time);
        const { data } = unit;
        if (unit.kind === 'audio') packager.frame('audio', { dts: time, cts: 0, keyframe: true, data });
        else packager.frame('source', { dts: time, cts: unit.cts, keyframe: unit.keyframe, data });
      }
    }).push(makeMedia('flv', ...pictureArguments(picture, seconds)));
    packager.flush();
  }
  return sink;
}

/** Stores what was packaged, and gives it to the asset. */
export async function giveMedia(assets: Assets, storage: Storage, id: string, sink: RecordingSink): Promise<void> {
  for (const [rendition, { inits, segments }] of sink.renditions) {
    await assets.addInits(
      id,
      inits.map(({ init: { number, config, bytes } }) => ({
        ...{ rendition, number, kind: config.kind, listed: true, codec: config.codecString, bytes },
        width: config.kind === 'video' ? config.width : null,
        height: config.kind === 'video' ? config.height : null,
        frameRate: config.kind === 'video' ? config.frameRate : null,
        sampleRate: config.kind === 'audio' ? config.sampleRate : null,
        channels: config.kind === 'audio' ? config.channels : null,
      })),
    );
    for (const { sequence, start, discontinuity, init, parts } of segments.filter(({ parts }) => parts.length > 0)) {
      const bytes = Buffer.concat(parts.map((part) => part.bytes));
      const storageKey = `assets/${id}/${rendition}/${sequence}.m4s`;
      await storage.put(storageKey, bytes);
      const duration = parts.reduce((sum, part) => sum + part.duration, 0);
      const sha256 = createHash('sha256').update(bytes).digest();
      const segment = {
        rendition,
        sequence,
        start,
        duration,
        discontinuity,
        init,
        size: bytes.length,
        sha256,
        storageKey,
      };
      await assets.addSegments(id, [segment]);
    }
  }
}
