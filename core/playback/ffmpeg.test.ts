/** ffmpeg as a viewer: real media through the packager, the ring and the origin, read over HTTP without a complaint. */
import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { makeMedia } from '../../test/support/ffmpeg.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { recordingLog } from '../../test/support/log.ts';
import { Demuxer } from '../pipeline/demux.ts';
import { FlvReader } from '../pipeline/flv.ts';
import { Packager } from '../pipeline/packager.ts';
import { Timeline } from '../pipeline/timeline.ts';
import { LiveSession } from '../segments/live-session.ts';
import { localStorage } from '../storage/local.ts';
import { createOrigin, type Origin } from './origin.ts';
import { Presentations } from './presentations.ts';
import { SESSION, STREAM } from './test-presentation.ts';
import { testTokens } from './test-tokens.ts';

const run = promisify(execFile);

/** A session that has the whole of an FLV file in its window. */
function packaged(flv: Buffer, renditions: { video: boolean; audio: boolean }): LiveSession {
  const session = new LiveSession({ sessionId: SESSION, streamId: STREAM, latency: 'low', dvrWindow: 60 });
  const video = renditions.video ? ['source'] : [];
  session.setListed(renditions.audio ? [...video, 'audio'] : video);
  const packager = new Packager({ latency: 'low', sink: session });
  packager.plan({ leader: video[0] ?? 'audio', video, audio: renditions.audio });
  const demuxer = new Demuxer();
  const timeline = new Timeline();
  new FlvReader((tag) => {
    for (const unit of demuxer.push(tag)) {
      if (unit.kind === 'config') packager.config(unit.config.kind === 'video' ? 'source' : 'audio', unit.config);
      if (unit.kind === 'video') {
        const { cts, keyframe, data } = unit;
        packager.frame('source', { dts: timeline.map('video', unit.time).time, cts, keyframe, data });
      }
      if (unit.kind === 'audio') {
        packager.frame('audio', {
          dts: timeline.map('audio', unit.time).time,
          cts: 0,
          keyframe: true,
          data: unit.data,
        });
      }
    }
  }).push(flv);
  packager.end();
  return session;
}

describe('ffmpeg as a viewer', function () {
  this.timeout(120_000);

  const picture = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30', '-c:v', 'libx264', '-preset', 'ultrafast'];
  const sound = ['-f', 'lavfi', '-i', 'sine=sample_rate=48000', '-c:a', 'aac'];
  let server: Server;
  let origin: Origin;
  let presentations: Presentations;
  let ended: LiveSession | null;

  beforeEach(async () => {
    ended = null;
    presentations = new Presentations(async () => ended);
    origin = createOrigin({
      presentations,
      describe: async (id) => ({
        stream: { id, organizationId: 'org', title: 't', latency: 'low', record: false, visibility: 'public' },
        session: { id: SESSION, state: ended ? 'ended' : 'live', thumbnailKey: null },
        allowedOrigins: [],
        updatedAt: new Date(),
      }),
      assets: { describe: async () => null, read: async () => null },
      storage: localStorage(temporaryFolder()),
      tokens: (await testTokens()).tokens,
      hooks: { authorize: async () => undefined, playlist: async (plan) => plan },
      clientAddress: () => '',
      publicUrl: 'http://localhost',
      metrics: { answered() {}, waiting() {} },
      log: recordingLog().log,
    });
    server = createServer((req, res) => void origin.handle(req, res));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterEach(async () => {
    origin.stop();
    presentations.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/live/${STREAM}/index.m3u8`;

  /** Decodes all of it. Answers how many frames each kind has; whatever ffmpeg warns of fails. */
  async function watch(): Promise<string[]> {
    const decode = ['-i', address(), '-map', '0:v?', '-map', '0:a?', '-f', 'framecrc', '-'];
    const { stdout, stderr } = await run('ffmpeg', ['-hide_banner', '-v', 'warning', '-nostdin', ...decode]);
    expect(stderr).to.equal('');
    return stdout.split('\n').filter((line) => /^\d/.test(line));
  }

  it('plays an ended session from its first frame to its last', async () => {
    ended = packaged(
      makeMedia(
        'flv',
        ...picture.slice(0, 4),
        ...sound.slice(0, 4),
        ...picture.slice(4),
        ...sound.slice(4),
        '-g',
        '30',
        '-t',
        '3',
      ),
      {
        video: true,
        audio: true,
      },
    );
    ended.setState('ended');
    const frames = await watch();
    expect(frames.filter((line) => line.startsWith('0,'))).to.have.length(90);
    expect(frames.filter((line) => line.startsWith('1,')).length).to.be.within(139, 143);
  });

  it('plays sound alone', async () => {
    ended = packaged(makeMedia('flv', ...sound, '-t', '3'), { video: false, audio: true });
    ended.setState('ended');
    expect((await watch()).length).to.be.within(139, 143);
  });

  it('reads a live session, and the same once it has ended', async () => {
    const live = packaged(makeMedia('flv', ...picture, '-g', '30', '-t', '4'), { video: true, audio: false });
    presentations.add(live);
    const probe = ['-v', 'warning', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', address()];
    const { stdout, stderr } = await run('ffprobe', probe);
    expect(stderr).to.equal('');
    expect(new Set(stdout.trim().split(/\n+/))).to.deep.equal(new Set(['h264,320,180']));
    live.setState('ended');
    ended = live;
    origin.forget(STREAM);
    expect(await watch()).to.have.length(120);
  });
});
