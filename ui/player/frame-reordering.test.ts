/** Frames in another order, on what ffmpeg writes with and without B-frames. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { hasReorderedFrames } from './frame-reordering.ts';

const run = promisify(execFile);

async function encode(bframes: number): Promise<Uint8Array> {
  const { stdout } = await run(
    'ffmpeg',
    // biome-ignore format: one argument list
    ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=160x90:r=25:d=1', '-c:v', 'libx264', '-preset', 'veryfast', '-bf', String(bframes),
      '-b_strategy', '0', '-movflags', '+empty_moov+default_base_moof+frag_keyframe', '-f', 'mp4', 'pipe:1'],
    { encoding: 'buffer' },
  );
  return stdout;
}

describe('hasReorderedFrames', function () {
  this.timeout(60_000);

  it('sees B-frames', async () => {
    expect(hasReorderedFrames(await encode(2))).to.equal(true);
  });

  it('sees that there are none', async () => {
    expect(hasReorderedFrames(await encode(0))).to.equal(false);
  });

  it('answers false for bytes that are no fMP4', () => {
    expect(hasReorderedFrames(new Uint8Array([0, 0, 0, 4, 1, 2, 3]))).to.equal(false);
    expect(hasReorderedFrames(new TextEncoder().encode('not a fragment at all, only text'))).to.equal(false);
  });
});
