/** `-progress` as ffmpeg wrote it, and the judgement of speed on made-up clocks. */
import { expect } from 'chai';
import fc from 'fast-check';
import { type FfmpegProgress, ProgressReader, Speedometer } from './progress.ts';

/** As ffmpeg 5.1 wrote it with two outputs on pipes. */
const REPORTS = `frame=0
fps=0.00
stream_0_0_q=0.0
bitrate=N/A
total_size=N/A
out_time_us=N/A
out_time_ms=N/A
out_time=N/A
dup_frames=0
drop_frames=0
speed=N/A
progress=continue
frame=61
fps=30.42
stream_0_0_q=23.0
stream_1_0_q=25.0
bitrate= 843.2kbits/s
total_size=214528
out_time_us=2033000
out_time_ms=2033000
out_time=00:00:02.033000
dup_frames=0
drop_frames=2
speed=1.01x
progress=end
`;

const PARSED: FfmpegProgress[] = [
  { frame: 0, fps: 0, speed: null, bitrate: null, dropped: 0, outTime: null },
  { frame: 61, fps: 30.42, speed: 1.01, bitrate: 843_200, dropped: 2, outTime: 2033 },
];

function read(chunks: Buffer[]): FfmpegProgress[] {
  const reports: FfmpegProgress[] = [];
  const reader = new ProgressReader((report) => reports.push(report));
  for (const chunk of chunks) reader.push(chunk);
  return reports;
}

describe('ProgressReader', () => {
  it('reads reports however they are cut', () => {
    const whole = Buffer.from(REPORTS);
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length)), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const chunks = at.slice(1).map((end, i) => whole.subarray(at[i], end));
        expect(read(chunks)).to.deep.equal(PARSED);
      }),
    );
  });

  it('takes any bytes without failing', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (chunks) => {
        read(chunks.map((chunk) => Buffer.from(chunk)));
      }),
    );
  });
});

describe('Speedometer', () => {
  /** Feeds in real time; the encoder makes `speed` of it from `after` on. Answers a reading a second. */
  function readings(speed: number, { after = 0, seconds = 10, pause = 0 } = {}) {
    const meter = new Speedometer(['a', 'b'], 5000, 0);
    let made = 0;
    return Array.from({ length: seconds }, (_, second) => {
      const paused = second >= seconds - pause;
      const now = (second + 1) * 1000;
      for (let t = now - 1000; !paused && t < now; t += 40) meter.fed(5000 + t);
      made += 1000 * (second < after ? 1 : speed);
      const out = 5000 + Math.min(made, Math.min(now, (seconds - pause) * 1000) - 100);
      meter.made('a', 5000 + now - 100, 1000);
      meter.made('b', out, 1000);
      return meter.read({ frame: 25 * (second + 1), dropped: 0 }, now);
    });
  }

  it('shows an encoder that keeps up as 1 or more', () => {
    for (const { speed } of readings(1)) expect(speed).to.be.at.least(1);
    for (const { speed } of readings(3)) expect(speed).to.be.at.least(1);
  });

  it('shows how slow one is that falls behind, by its slowest rendition', () => {
    const last = readings(0.8).at(-1)!;
    expect(last.speed).to.be.closeTo(0.8, 0.02);
    expect(last.outTime).to.equal(5000 + 8000);
    expect(last.fps).to.equal(25);
  });

  it('notices soon that one has become slow', () => {
    expect(readings(0.5, { after: 60, seconds: 66 }).at(-1)!.speed).to.be.below(0.7);
  });

  it("does not take a publisher's pause for slowness", () => {
    for (const { speed } of readings(1, { pause: 5 })) expect(speed).to.be.at.least(1);
  });

  it('does not wait for a rendition that was dropped', () => {
    const meter = new Speedometer(['a', 'b'], 0, 0);
    for (let time = 40; time <= 4000; time += 40) meter.fed(time);
    meter.made('a', 3960, 1000);
    expect(meter.read({ frame: 1, dropped: 0 }, 4000).speed).to.be.below(1);
    meter.forget('b');
    const { speed, outTime } = meter.read({ frame: 1, dropped: 0 }, 4000);
    expect(speed).to.be.at.least(1);
    expect(outTime).to.equal(3960);
  });
});
