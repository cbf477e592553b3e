/** The media of the benchmarks, made once a run. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** 720p30 H.264 of a constant bitrate with a keyframe every 2 s, and AAC: what an encoder of a creator sends. Answers its path. */
export function make720p(folder: string, { seconds, kilobits }: { seconds: number; kilobits: number }): string {
  const file = join(folder, `720p-${kilobits}k.flv`);
  const rate = `${kilobits}k`;
  // Noise over the moving picture gives the encoder as much to do as a camera does.
  const picture = 'testsrc2=size=1280x720:rate=30,noise=alls=6:allf=t';
  const { status, stderr } = spawnSync(
    'ffmpeg',
    `-hide_banner -loglevel error -y -f lavfi -i ${picture} -f lavfi -i sine=frequency=440:sample_rate=48000`
      .split(' ')
      .concat('-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 60 -keyint_min 60 -sc_threshold 0 -bf 0'.split(' '))
      .concat(`-b:v ${rate} -minrate ${rate} -maxrate ${rate} -bufsize ${rate} -c:a aac -b:a 128k -ac 2`.split(' '))
      .concat(['-t', String(seconds), '-f', 'flv', file]),
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the media could not be made: ${stderr}`);
  return file;
}
