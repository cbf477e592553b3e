/** Clips of a real session, watched frame by frame. */
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { killPublishers, publish, publishAtOnce } from '../support/publisher.ts';
import { type CreatedStream, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { listen, watch } from '../support/viewer.ts';

const config = fileURLToPath(new URL('./clips.config.mjs', import.meta.url));

interface Clip {
  id: string;
  kind: string;
  status: string;
  duration: number;
  title: string;
  playback: { hls_url: string };
}

describe('clips', function () {
  this.timeout(180_000);
  let server: TestServer;

  before(async () => {
    server = await startServer({ config });
  });

  after(async () => {
    await killPublishers();
    await server?.stop();
  });

  const clip = (body: object) => server.api<Clip>('POST', '/clips', body);
  const playlist = ({ id }: Clip) => `${server.url}/vod/${id}/index.m3u8`;

  /** Twelve seconds that have ended: frame 30n is shown at n seconds. */
  async function endedSession(): Promise<{ stream: CreatedStream; sessionId: string }> {
    const stream = await server.createStream({ reconnect_window: 0, title: 'The match' });
    await publishAtOnce(server.rtmpUrl(stream), { gop: 2 }, 12).ended;
    const ended = await until(async () => {
      const { data } = await server.api<{ data: { id: string; state: string }[] }>(
        'GET',
        `/streams/${stream.id}/sessions`,
      );
      return data.find(({ state }) => state === 'ended');
    }, 'the session to end');
    return { stream, sessionId: ended.id };
  }

  async function refusal(body: object): Promise<{ status: number; code: string; detail: string }> {
    const error: Error = await clip(body).then(
      () => expect.fail('the clip was made'),
      (reason: Error) => reason,
    );
    const [, status, problem] = /: (\d{3}) (.*)$/s.exec(error.message)!;
    return { status: Number(status), ...JSON.parse(problem!) };
  }

  /** Frames that a viewer is shown of a clip by a player that knows `livestreams.trim`. */
  async function shown(of: Clip): Promise<number[]> {
    const text = await (await fetch(playlist(of))).text();
    const [, start, end] = /DATA-ID="livestreams.trim",VALUE="(\S+) (\S+)"/.exec(text)!;
    const { frames, complaints } = await watch(playlist(of).replace('index.m3u8', 'source/index.m3u8'));
    expect(complaints).to.deep.equal([]);
    const first = frames[0]!.time;
    const seconds = frames.map((frame) => ({ ...frame, at: (frame.time - first) / 1000 + 0.001 }));
    return seconds.filter(({ at }) => at >= Number(start) && at < Number(end)).map(({ number }) => number);
  }

  function numbers(from: number, until: number): number[] {
    return Array.from({ length: until - from }, (_, at) => from + at);
  }

  it('are whole segments and where to begin and end, to the frame, of a session that is over', async () => {
    const { sessionId } = await endedSession();
    const made = await clip({ session_id: sessionId, start: 3.5, end: 7.2 });
    expect(made).to.include({ kind: 'clip', status: 'ready', title: 'The match' });
    expect(made.duration).to.be.closeTo(3.7, 0.001);
    expect(await shown(made)).to.deep.equal(numbers(105, 216));
    const ofClip = await clip({ asset_id: made.id, start: 2, end: 3, title: 'A second of it' });
    expect(ofClip.title).to.equal('A second of it');
    expect(await shown(ofClip)).to.deep.equal(numbers(165, 195));
  });

  it('are exact for every player when that is asked for, in all renditions', async () => {
    const { sessionId } = await endedSession();
    const made = await clip({ session_id: sessionId, start: 3.5, end: 7.2, exact: true });
    expect(made.status).to.equal('processing');
    await until(async () => {
      const { status, error } = await server.api<{ status: string; error: string }>('GET', `/assets/${made.id}`);
      if (status === 'failed') throw new Error(error);
      return status === 'ready';
    }, 'the clip to be cut');
    const multivariant = await (await fetch(playlist(made))).text();
    const renditions = multivariant.split('\n').filter((line) => /^[^#].*index\.m3u8|^[^#].*\.m3u8/.test(line));
    expect(renditions).to.have.length(2);
    for (const rendition of renditions) {
      const { frames, complaints } = await watch(new URL(rendition, playlist(made)).href);
      expect(complaints).to.deep.equal([]);
      expect(frames.map(({ number }) => number)).to.deep.equal(numbers(105, 216));
    }
    const { length, beeps } = await listen(playlist(made));
    expect(length).to.be.within(3600, 3800);
    expect(beeps).to.have.length(4);
  });

  it('are exact also where no picture is left of an edge', async () => {
    const { sessionId } = await endedSession();
    const made = await clip({ session_id: sessionId, start: 4.003, end: 7.2, exact: true });
    await until(async () => {
      const { status, error } = await server.api<{ status: string; error: string }>('GET', `/assets/${made.id}`);
      if (status === 'failed') throw new Error(error);
      return status === 'ready';
    }, 'the clip to be cut');
    const { frames } = await watch(playlist(made).replace('index.m3u8', 'source/index.m3u8'));
    expect(frames.map(({ number }) => number)).to.deep.equal(numbers(120, 216));
  });

  it('fail with what went wrong where an exact one cannot be cut', async () => {
    const { sessionId } = await endedSession();
    const made = await clip({ session_id: sessionId, start: 3.5, end: 7.2, exact: true });
    const { data } = await server.api<{ data: { id: string }[] }>('GET', '/jobs?name=clips.cut');
    await server.api('POST', `/jobs/${data[0]!.id}/cancel`);
    const failed = await until(async () => {
      const asset = await server.api<{ status: string; error: string }>('GET', `/assets/${made.id}`);
      return asset.status === 'processing' ? null : asset;
    }, 'the clip to fail');
    expect(failed).to.include({ status: 'failed', error: 'It was cancelled.' });
    await server.api('POST', `/jobs/${data[0]!.id}/retry`);
    await until(
      async () => (await server.api<{ status: string }>('GET', `/assets/${made.id}`)).status === 'ready',
      'the clip to be cut after all',
    );
  });

  it('are the last seconds of what is live, and outlive their stream', async () => {
    const stream = await server.createStream();
    const publisher = publish(server.rtmpUrl(stream));
    const made = await until(
      async () =>
        clip({ stream_id: stream.id, last: 3 }).then(
          (done) => (done.duration >= 2.9 ? done : null),
          (error: Error) => {
            if (!error.message.includes('LS_CLIPS_SOURCE_NOT_FOUND')) throw error;
            return null;
          },
        ),
      'three seconds to be live',
    );
    await publisher.stop();
    await server.api('DELETE', `/streams/${stream.id}`);
    const frames = await shown(made);
    expect(frames).to.have.length.within(87, 93);
    expect(frames).to.deep.equal(numbers(frames[0]!, frames[0]! + frames.length));
  });

  it('are refused with what is wrong', async () => {
    const { stream, sessionId } = await endedSession();
    const range = { start: 1, end: 2 };
    const session = { session_id: sessionId };
    expect(await refusal(range)).to.include({ status: 422, code: 'LS_CLIPS_SOURCE_UNCLEAR' });
    expect(await refusal({ ...session, stream_id: stream.id, ...range })).to.include({
      code: 'LS_CLIPS_SOURCE_UNCLEAR',
    });
    expect(await refusal({ ...session, last: 3 })).to.include({ code: 'LS_CLIPS_SOURCE_UNCLEAR' });
    expect(await refusal({ ...session, start: 2, end: 1 })).to.include({ status: 422, code: 'LS_CLIPS_RANGE_INVALID' });
    expect(await refusal({ ...session, start: 100, end: 101 })).to.include({ code: 'LS_CLIPS_RANGE_INVALID' });
    expect(await refusal({ ...session, start: 0, end: 11 })).to.include({ code: 'LS_CLIPS_RANGE_INVALID' });
    expect(await refusal({ stream_id: stream.id, last: 3 })).to.include({
      status: 404,
      code: 'LS_CLIPS_SOURCE_NOT_FOUND',
    });
    const unknown = `ast_${'0'.repeat(32)}`;
    expect(await refusal({ asset_id: unknown, ...range })).to.include({
      status: 404,
      code: 'LS_CLIPS_SOURCE_NOT_FOUND',
    });
  });
});
