/** Uploads as people make them: broken off, gone on with, transcoded, watched, cancelled, tried again, and survived by a killed server. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { makeMedia } from '../support/ffmpeg.ts';
import { readMedia, readMultivariant } from '../support/playlists.ts';
import { descendants } from '../support/processes.ts';
import { pictureArguments } from '../support/publisher.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';
import { assetWith, type JobState, jobLog, jobOf, send, tokenOf, uploadAt, uploaded } from '../support/upload.ts';
import { complaints, watch } from '../support/viewer.ts';

const CONFIG = fileURLToPath(new URL('uploads.config.mjs', import.meta.url));
const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);

describe('an upload', function () {
  this.timeout(240_000);
  let server: TestServer;
  let film: Buffer;

  before(async () => {
    film = makeMedia('mp4', ...pictureArguments({ gop: 10 }, 9));
    server = await startServer({ config: CONFIG });
  });
  after(async () => {
    await server?.stop();
  });

  /** A file that takes long enough to be transcoded that something can happen meanwhile. */
  const longFilm = () => makeMedia('mp4', ...pictureArguments({ size: '1280x720', gop: 10 }, 40));
  const stored = (of: string) => {
    const folder = join(server.dataDir, 'media', of);
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  /** Stored are exactly the segments that the playlists name. */
  const expectNoOrphans = async ({ id, playback }: { id: string; playback: { hls_url: string } }) => {
    const { variants, audio } = await readMultivariant(playback.hls_url);
    const playlists = await Promise.all([...variants, ...audio].map(({ url }) => readMedia(url)));
    const named = playlists.reduce((sum, { segments }) => sum + segments.length, 0);
    const renditions = stored(`assets/${id}`).map((rendition) => stored(`assets/${id}/${rendition}`));
    expect(renditions.flat().filter((name) => name.endsWith('.m4s'))).to.have.length(named);
  };
  const encoders = () => descendants(server.process.pid).filter(({ command }) => /ffmpeg.*file:/.test(command));

  it('becomes an asset that plays in every quality, frame for frame', async () => {
    const { asset_id: id, job_id: job } = await uploaded(server, film, { filename: 'Our holiday.mp4' });
    const asset = await assetWith(server, id, 'ready');
    expect(asset).to.include({ kind: 'upload', title: 'Our holiday', error: null });
    expect(asset.duration).to.be.closeTo(9, 0.05);
    expect(asset.tracks.map(({ name }) => name)).to.have.members(['360p', '240p', 'audio']);
    const { variants, audio } = await readMultivariant(asset.playback.hls_url);
    expect(audio).to.have.length(1);
    for (const { url } of variants) {
      const media = await readMedia(url);
      expect(media.ended).to.equal(true);
      expect(media.segments.map(({ duration }) => duration)).to.deep.equal([4, 4, 1]);
      expect((await watch(url)).frames.map(({ number }) => number)).to.deep.equal(numbers(270));
    }
    expect(await complaints(asset.playback.hls_url)).to.deep.equal([]);
    expect(await jobOf(server, job)).to.deep.include({ state: 'completed', progress: { percent: 100, eta: 0 } });
    expect((await jobLog(server, job)).join('\n')).to.include('makes 360p, 240p, audio');
    // What it was made of is kept no longer.
    await until(() => stored('uploads').length === 0, 'the original to be gone');
  });

  it("sends the file's own frames where they fit", async () => {
    const { asset_id: id } = await uploaded(
      server,
      makeMedia(
        'mp4',
        ...pictureArguments(
          { gop: 1, bframes: 2, encoder: ['-b:v', '600k', '-maxrate', '700k', '-bufsize', '700k'] },
          4,
        ),
      ),
    );
    const asset = await assetWith(server, id, 'ready');
    expect(asset.tracks.map(({ name }) => name))
      .to.include('source')
      .and.not.to.include('360p');
    for (const { url } of (await readMultivariant(asset.playback.hls_url)).variants) {
      expect((await watch(url)).frames.map(({ number }) => number)).to.deep.equal(numbers(120));
    }
  });

  it('goes on where a broken connection left it', async () => {
    const token = await tokenOf(server);
    const created = await fetch(`${server.url}/v1/uploads`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0', 'upload-length': String(film.length) },
    });
    expect(created.status).to.equal(201);
    expect(created.headers.get('upload-expires')).to.be.a('string');
    const url = new URL(created.headers.get('location')!, server.url).href;
    const half = Math.floor(film.length / 2);
    const patch = request(url, {
      method: 'PATCH',
      headers: {
        ...{ authorization: `Bearer ${token}`, 'tus-resumable': '1.0.0', 'upload-offset': '0' },
        ...{ 'content-type': 'application/offset+octet-stream', 'content-length': film.length },
      },
    });
    patch.on('error', () => {});
    patch.write(film.subarray(0, half), () => patch.destroy());
    const { offset } = await until(async () => {
      const state = await uploadAt(server, url);
      return state.offset > 0 && state;
    }, 'what was sent to be safe');
    expect(offset).to.be.within(1, half);
    await send(server, token, film, {}, { uploadUrl: url }).done;
    const { asset_id: id } = await uploadAt(server, url);
    expect(await assetWith(server, id!, 'ready')).to.include({ title: 'Untitled' });
  });

  it('goes on past a connection that hangs', async () => {
    const headers = { authorization: `Bearer ${await tokenOf(server)}`, 'tus-resumable': '1.0.0' };
    const begun = { ...headers, 'upload-length': String(film.length) };
    const created = await fetch(`${server.url}/v1/uploads`, { method: 'POST', headers: begun });
    const url = new URL(created.headers.get('location')!, server.url).href;
    const patch = { ...headers, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
    const hanging = request(url, { method: 'PATCH', headers: { ...patch, 'content-length': film.length } });
    hanging.on('error', () => {});
    hanging.write(film.subarray(0, 1000));
    // Its client has lost it, and asks on another how far it came: what came is kept, and counted.
    const offset = await until(async () => {
      const answer = await fetch(url, { method: 'HEAD', headers });
      return Number(answer.headers.get('upload-offset'));
    }, 'what was sent to be safe');
    expect(offset).to.equal(1000);
    await send(server, headers.authorization.slice('Bearer '.length), film, {}, { uploadUrl: url }).done;
    expect((await uploadAt(server, url)).asset_id).to.be.a('string');
  });

  it('goes on after the server was killed, and loses nothing', async () => {
    const noise = Buffer.concat([film, Buffer.alloc(8 << 20, 'free')]);
    // A box that players skip makes the file larger.
    noise.writeUInt32BE(8 << 20, film.length);
    const token = await tokenOf(server);
    const sending = send(server, token, noise, { title: 'Survivor' }, { chunkSize: 256 * 1024 });
    const url = await sending.url;
    await until(async () => (await uploadAt(server, url)).offset > 1 << 20, 'a part to have come');
    await server.kill();
    server = await startServer({ config: CONFIG, dataDir: server.dataDir, ports: server.ports });
    await sending.done;
    const { asset_id: id, offset } = await uploadAt(server, url);
    expect(offset).to.equal(noise.length);
    expect(await assetWith(server, id!, 'ready')).to.include({ title: 'Survivor' });
  });

  it("is nobody else's, and nothing for those who may not", async () => {
    const mine = await tokenOf(server);
    const url = await send(server, mine, film, {}, { chunkSize: 1024 }).url;
    const { id: other } = await server.api<{ id: string }>('POST', '/organizations', { name: 'Other' });
    const invited = { email: 'other@example.org', role: 'owner' };
    const { url: link } = await server.api<{ url: string }>('POST', `/organizations/${other}/invitations`, invited);
    const stranger = await server.api<{ access_token: string }>('POST', '/auth/accept-invitation', {
      ...{
        token: new URL(link).searchParams.get('token'),
        name: 'Other',
        password: 'correct horse battery',
      },
    });
    const reader = await server.api<{ key: string }>('POST', '/api-keys', { name: 'reads', scope: 'read' });
    const tus = { 'tus-resumable': '1.0.0', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' };
    const statuses = (headers: Record<string, string>) =>
      Promise.all(
        ['HEAD', 'PATCH', 'DELETE', 'GET'].map(async (method) => {
          const body = method === 'PATCH' ? { body: 'x' } : {};
          return (await fetch(url, { method, headers: { ...tus, ...headers }, ...body })).status;
        }),
      );
    expect(await statuses({})).to.deep.equal([401, 401, 401, 401]);
    expect(await statuses({ authorization: `Bearer ${stranger.access_token}` })).to.deep.equal([404, 404, 404, 404]);
    expect(await statuses({ authorization: `Bearer ${reader.key}` })).to.deep.equal([403, 403, 403, 200]);
  });

  it('is refused where it is too large, and given up when its client says so', async () => {
    const headers = { authorization: `Bearer ${await tokenOf(server)}`, 'tus-resumable': '1.0.0' };
    const begin = (length: number) =>
      fetch(`${server.url}/v1/uploads`, { method: 'POST', headers: { ...headers, 'upload-length': String(length) } });
    const large = await begin(65 * 1024 * 1024);
    expect(large.status).to.equal(413);
    expect(await large.json()).to.include({ code: 'LS_VOD_UPLOAD_TOO_LARGE' });
    const { tus: _, ...without } = { ...headers, tus: '' };
    const url = new URL((await begin(1000)).headers.get('location')!, server.url);
    expect((await fetch(url, { method: 'DELETE', headers: without })).status).to.equal(204);
    expect((await fetch(url, { method: 'HEAD', headers })).status).to.equal(404);
    const discovery = await fetch(`${server.url}/v1/uploads`, { method: 'OPTIONS' });
    expect(discovery.headers.get('tus-max-size')).to.equal(String(64 * 1024 * 1024));
  });

  it('whose metadata hold what no text may is refused with the reason', async () => {
    const answer = await fetch(`${server.url}/v1/uploads`, {
      method: 'POST',
      headers: {
        ...{ Authorization: `Bearer ${await tokenOf(server)}`, 'Tus-Resumable': '1.0.0', 'Upload-Length': '10' },
        'Upload-Metadata': `filename ${Buffer.from('a\0b.mp4').toString('base64')}`,
      },
    });
    expect(answer.status).to.equal(400);
    expect(await answer.json()).to.include({ code: 'LS_VOD_UPLOAD_INVALID' });
  });

  it('that is no video fails with the reason, and is not tried again', async () => {
    const { asset_id: id, job_id: job } = await uploaded(server, Buffer.from('#EXTM3U\nhttp://127.0.0.1:1/a.ts\n'), {
      filename: 'film.mp4',
    });
    const asset = await assetWith(server, id, 'failed');
    expect(asset.error).to.match(/playlist/);
    await until(async () => (await jobOf(server, job)).state === 'failed', 'the job to have failed');
    expect(await jobOf(server, job)).to.include({ attempt: 1 });
  });

  it('whose transcode is cancelled ends its ffmpeg at once, and can be tried again', async () => {
    const { asset_id: id, job_id: job } = await uploaded(server, longFilm());
    await until(async () => ((await jobOf(server, job)).progress?.percent ?? 0) > 0, 'some progress', { seconds: 60 });
    await server.api('POST', `/jobs/${job}/cancel`);
    await until(() => encoders().length === 0, 'ffmpeg to be gone');
    expect((await assetWith(server, id, 'failed')).error).to.match(/cancelled/);
    await server.api('POST', `/jobs/${job}/retry`);
    const headers = { authorization: `Bearer ${await tokenOf(server)}` };
    const states: JobState[] = [];
    // As EventSource does, it comes back when the server ends the answer.
    while (!['completed', 'failed', 'cancelled'].includes(states.at(-1)?.state ?? '')) {
      const followed = await (await fetch(`${server.url}/v1/jobs/${job}/stream`, { headers })).text();
      const told = followed.split('\n').filter((line) => line.startsWith('data: '));
      states.push(...told.map((line) => JSON.parse(line.slice('data: '.length)) as JobState));
    }
    expect(states.at(-1)!.state).to.equal('completed');
    // The first reports of a process know no bitrate yet: it has made nothing.
    const under = states.find(({ progress }) => progress?.bitrate !== undefined && progress.percent < 100);
    expect(under?.progress).to.include.keys('frame', 'fps', 'speed', 'eta');
    expect(under!.progress!.percent).to.be.above(0);
    const asset = await assetWith(server, id, 'ready');
    for (const { url } of (await readMultivariant(asset.playback.hls_url)).variants) {
      expect((await watch(url)).frames.map(({ number }) => number)).to.deep.equal(numbers(1200));
    }
    await expectNoOrphans(asset);
  });

  it('goes on behind what was made when the server is killed in the middle of it', async () => {
    const { asset_id: id, job_id: job } = await uploaded(server, longFilm());
    const made = () => stored(`assets/${id}/360p`);
    await until(() => made().length >= 3, 'some segments', { seconds: 60 });
    const sums = () => made().map((name) => createHash('sha256').update(name).digest('hex'));
    const before = sums().slice(0, 2);
    await server.kill();
    server = await startServer({ config: CONFIG, dataDir: server.dataDir, ports: server.ports });
    const asset = await until(
      async () => {
        const now = await server.api<{ status: string }>('GET', `/assets/${id}`);
        return now.status === 'ready' && assetWith(server, id, 'ready');
      },
      'the asset to be ready',
      { seconds: 150 },
    );
    expect((await jobLog(server, job)).join('\n')).to.match(/Goes on behind segment \d+/);
    expect(sums()).to.include.members(before);
    for (const { url } of (await readMultivariant(asset.playback.hls_url)).variants) {
      expect((await watch(url)).frames.map(({ number }) => number)).to.deep.equal(numbers(1200));
    }
    await expectNoOrphans(asset);
    expect(await complaints(asset.playback.hls_url)).to.deep.equal([]);
  });
});
