/** The media of the benchmarks, made once a run. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** 720p30 H.264 of about 2.5 Mbit/s with a keyframe every 2 s, and AAC: what an encoder of a creator sends. */
export function make720p(folder: string, seconds: number): string {
  const file = join(folder, 'source-720p.flv');
  // Noise over the moving picture gives the encoder as much to do as a camera does.
  const picture = 'testsrc2=size=1280x720:rate=30,noise=alls=6:allf=t';
  const { status, stderr } = spawnSync(
    'ffmpeg',
    `-hide_banner -loglevel error -y -f lavfi -i ${picture} -f lavfi -i sine=frequency=440:sample_rate=48000`
      .split(' ')
      .concat('-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 60 -keyint_min 60 -sc_threshold 0 -bf 0'.split(' '))
      .concat('-b:v 2400k -maxrate 2400k -bufsize 2400k -c:a aac -b:a 128k -ac 2'.split(' '))
      .concat(['-t', String(seconds), '-f', 'flv', file]),
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`the media could not be made: ${stderr}`);
  return file;
}
