/** Program: a moving picture that carries the time of its making, H.264 and AAC as FLV on stdout, until its parent ends. */
import { spawn } from 'node:child_process';
import { drawStamp } from './stamp.ts';

const WIDTH = 640;
const HEIGHT = 360;
const RATE = 30;
const SQUARE = 64;
/** Frames that may wait for the encoder. With more the machine is too slow to make the picture, and nothing can be told from it. */
const WAITING = 2 * RATE;

const LUMA = WIDTH * HEIGHT;
const FRAME = (LUMA * 3) / 2;

/** Texture that differs from frame to frame, so that the encoder has something to do. */
function background(variant: number): Buffer {
  const frame = Buffer.alloc(FRAME, 128);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      frame[y * WIDTH + x] = 60 + ((x * 3 + y * 2) % 97) + ((x * y + variant * 31) % 23);
    }
  }
  return frame;
}

function draw(base: Buffer, number: number): Buffer {
  const frame = Buffer.from(base);
  const left = (number * 4) % (WIDTH - SQUARE);
  for (let line = 0; line < SQUARE; line++) {
    const start = (HEIGHT / 2 + line) * WIDTH + left;
    frame.fill(230, start, start + SQUARE);
  }
  drawStamp(frame.subarray(0, LUMA), WIDTH, HEIGHT, Date.now());
  return frame;
}

const ffmpeg = spawn(
  'ffmpeg',
  [
    ...'-hide_banner -loglevel error -fflags nobuffer -probesize 32 -analyzeduration 0'.split(' '),
    ...`-f rawvideo -pix_fmt yuv420p -s ${WIDTH}x${HEIGHT} -r ${RATE} -i pipe:0`.split(' '),
    ...'-f lavfi -i sine=frequency=440:beep_factor=4:sample_rate=48000 -shortest'.split(' '),
    ...`-c:v libx264 -preset veryfast -tune zerolatency -g ${RATE} -keyint_min ${RATE} -sc_threshold 0`.split(' '),
    ...'-b:v 900k -maxrate 1000k -bufsize 500k -c:a aac -b:a 96k -ac 2'.split(' '),
    ...'-flush_packets 1 -flvflags no_duration_filesize -f flv pipe:1'.split(' '),
  ],
  { stdio: ['pipe', 'inherit', 'inherit'] },
);
ffmpeg.once('exit', (code) => process.exit(code ?? 1));
// Its exit says the same and comes with it.
ffmpeg.stdin.on('error', () => undefined);
process.once('disconnect', () => ffmpeg.kill('SIGKILL'));

const bases = [background(0), background(1)];
const start = performance.now();
let number = 0;
function next(): void {
  if (ffmpeg.stdin.writableLength > WAITING * FRAME) {
    process.stderr.write('The picture cannot be made in real time here: other work takes the processor.\n');
    ffmpeg.kill('SIGKILL');
    return;
  }
  ffmpeg.stdin.write(draw(bases[number % bases.length]!, number));
  number++;
  setTimeout(next, Math.max(0, start + (number * 1000) / RATE - performance.now()));
}
next();
