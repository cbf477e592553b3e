/**
 * Files made to harm: each is refused with a reason, and nothing but the file itself is read. A server and a file stand by as canaries:
 * what these files point to.
 */

import { execFile } from 'node:child_process';
import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import type { Container } from '#plugin-api';
import { ffmpeg, makeMedia } from '../../test/support/ffmpeg.ts';
import { temporaryFolder } from '../../test/support/folder.ts';
import { media } from '../../test/support/media.ts';
import { planFile } from './plan.ts';
import { sniff } from './sniff.ts';

const never = new AbortController().signal;
const settings = { ladder: ['360p' as const], preset: 'ultrafast', maxDuration: 60 };
const clip = [
  '-f',
  'lavfi',
  '-i',
  'testsrc2=size=160x90:rate=25:duration=1',
  '-c:v',
  'libx264',
  '-preset',
  'ultrafast',
];

describe('a hostile upload', function () {
  this.timeout(120_000);
  let folder: string;
  let server: Server;
  let hits: string[];
  let url: string;
  let canary: string;

  before(async () => {
    folder = temporaryFolder();
    server = createServer((request, response) => {
      hits.push(request.url ?? '');
      response.end();
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/canary.ts`;
    canary = join(folder, 'canary.ts');
    ffmpeg(...clip, '-f', 'mpegts', canary);
  });
  beforeEach(() => {
    hits = [];
    // Read after it was written: then its time of access is set (relatime).
    utimesSync(canary, new Date(0), new Date());
  });
  afterEach(() => {
    expect(hits).to.deep.equal([]);
    expect(statSync(canary).atimeMs).to.equal(0);
  });
  after(() => server.close());

  function file(bytes: Buffer | string): string {
    const path = join(folder, 'upload.mp4');
    writeFileSync(path, bytes);
    return path;
  }

  /** Why the file is refused; the whole way from its first bytes to its plan. */
  async function refused(bytes: Buffer | string): Promise<string> {
    const path = file(bytes);
    try {
      const container = await sniff(path);
      await planFile({ path, container, settings, media, signal: never });
    } catch (error) {
      const { message } = error as Error;
      expect(message, 'names no place of the machine').not.to.include(folder);
      return message;
    }
    throw new Error('it was taken');
  }

  /** Everything that the job does with a file. */
  async function attempt(path: string): Promise<unknown> {
    try {
      const container = await sniff(path);
      const { plan, facts } = await planFile({ path, container, settings, media, signal: never });
      return await media.transcode({
        ...{ file: { path, container }, plan, facts, from: { sequence: 0, time: 0 }, signal: never },
        maxDuration: settings.maxDuration,
        onInit: () => undefined,
        onSegment: async () => undefined,
        onProgress: () => undefined,
        onLine: () => undefined,
      });
    } catch (error) {
      return error;
    }
  }

  const mp4 = (...more: string[]) => makeMedia('mp4', ...clip, ...more);
  const texts = (): Record<string, [string, RegExp]> => ({
    'an HLS playlist': [
      `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${url}\n#EXTINF:1,\n${canary}\n#EXT-X-ENDLIST\n`,
      /playlist/,
    ],
    'a DASH manifest': [
      `<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period><BaseURL>${url}</BaseURL></Period></MPD>`,
      /DASH/,
    ],
    'a concat script': [`ffconcat version 1.0\nfile '${canary}'\nfile '${url}'\n`, /concat/],
    'an SVG': [
      `<svg xmlns="http://www.w3.org/2000/svg"><image href="${url}"/><image href="file://${canary}"/></svg>`,
      /SVG/,
    ],
    SMIL: [`<smil><body><video src="${url}"/></body></smil>`, /XML/],
    'a text named .mp4': ['It was a dark and stormy night.\n'.repeat(10), /text/],
  });

  it('is told from an honest one: unguarded, ffprobe would ask the canary', async () => {
    const playlist = join(folder, 'list.m3u8');
    writeFileSync(playlist, texts()['an HLS playlist']![0]);
    const open = ['-allowed_extensions', 'ALL', '-protocol_whitelist', 'file,http,tcp'];
    await promisify(execFile)('ffprobe', ['-v', 'quiet', ...open, playlist]).catch(() => undefined);
    expect(hits).not.to.deep.equal([]);
    hits = [];
    utimesSync(canary, new Date(0), new Date());
  });

  for (const name of ['an HLS playlist', 'a DASH manifest', 'a concat script', 'an SVG', 'SMIL', 'a text named .mp4']) {
    it(`that is ${name} is refused for what it is`, async () => {
      const [text, reason] = texts()[name]!;
      expect(await refused(text)).to.match(reason);
    });

    it(`that is ${name} is followed nowhere, even were it given to ffprobe`, async () => {
      for (const container of ['mov', 'matroska'] satisfies Container[]) {
        const work = media.probe({ path: file(texts()[name]![0]), container }, never);
        expect(await work.catch((error: { code: string }) => error.code)).to.equal('LS_MEDIA_REFUSED');
      }
    });
  }

  it('whose media are in other files is refused, and they are not read', async () => {
    const plain = makeMedia('mov', ...clip);
    for (const reference of [referenceTo(url), referenceTo(`file://${canary}`), aliasOf(canary)]) {
      const bytes = withDataReference(plain, reference);
      expect(await refused(bytes)).to.match(/in other files/);
      await media.probe({ path: file(bytes), container: 'mov' }, never).catch(() => undefined);
    }
    const pointer = box(
      'rmda',
      box('rdrf', Buffer.concat([Buffer.alloc(4), Buffer.from('url '), u32(url.length + 1), Buffer.from(`${url}\0`)])),
    );
    expect(
      await refused(Buffer.concat([plain.subarray(0, plain.readUInt32BE(0)), box('moov', box('rmra', pointer))])),
    ).to.match(/other files/);
  });

  it('with a picture too large to be decoded is refused', async () => {
    const bomb = makeMedia(
      'mov',
      '-f',
      'lavfi',
      '-i',
      'color=size=10000x10000:rate=1:duration=1',
      '-frames:v',
      '1',
      '-c:v',
      'mjpeg',
    );
    expect(bomb.length).to.be.below(8 << 20);
    expect(await refused(bomb)).to.match(/too large/);
    const claims = Buffer.from(mp4());
    const entry = claims.indexOf('avc1', claims.indexOf('stsd'));
    claims.writeUInt16BE(0xffff, entry + 28);
    claims.writeUInt16BE(0xffff, entry + 30);
    await attempt(file(claims));
  });

  it('of more fragments than any video has is refused, whatever they hold', async () => {
    const head = mp4('-movflags', 'empty_moov+frag_keyframe+default_base_moof');
    expect(await refused(Buffer.concat([head, ...Array(1_000_000).fill(box('moof'))]))).to.match(/fragments/);
    expect(await refused(Buffer.concat([head, ...Array(1_000_000).fill(box('free'))]))).to.match(/pieces/);
  });

  it('of zeros, of noise, or of nothing is refused', async () => {
    expect(await refused(Buffer.alloc(1 << 20))).to.match(/zeros/);
    expect(await refused(Buffer.alloc(0))).to.match(/next to nothing/);
    expect(await refused(Buffer.from('f3a90b7c'.repeat(500), 'hex'))).to.match(/none of MP4/);
    const hollow = Buffer.concat([box('ftyp', Buffer.from('isom\0\0\x02\0isom')), Buffer.alloc(1 << 20)]);
    expect(await refused(hollow)).to.match(/index|damaged/);
  });

  it('that is cut short is refused, wherever its index stands', async () => {
    const half = (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 2));
    expect(await refused(half(mp4()))).to.match(/cut short/);
    expect(await refused(half(mp4('-movflags', 'faststart')))).to.match(/cut short/);
    expect(await refused(half(makeMedia('mkv', ...clip)))).to.match(/cut short/);
    const bytes = mp4();
    expect(await refused(bytes.subarray(0, bytes.indexOf('moov') - 4))).to.match(/index \(moov\) is missing/);
  });

  it('that is a picture is refused for that', async () => {
    expect(await refused(makeMedia('jpg', '-f', 'lavfi', '-i', 'color=size=64x64', '-frames:v', '1'))).to.match(/JPEG/);
    expect(await refused(makeMedia('png', '-f', 'lavfi', '-i', 'color=size=64x64', '-frames:v', '1'))).to.match(/PNG/);
    const heif = Buffer.concat([box('ftyp', Buffer.from('heic\0\0\0\0mif1heic')), box('mdat'), box('moov')]);
    expect(await refused(heif)).to.match(/HEIF/);
  });

  it('that claims four thousand million frames, or a hundred years, ends within limits', async () => {
    const frames = Buffer.from(mp4());
    for (const table of ['stts', 'stsz', 'ctts', 'stsc']) {
      const at = frames.indexOf(table);
      if (at > 0) frames.writeUInt32BE(0xffff_fff0, at + (table === 'stsz' ? 12 : 8));
    }
    // Taken or not, it ends.
    await attempt(file(frames));
    const years = Buffer.from(mp4());
    const stts = years.indexOf('stts');
    years.writeUInt32BE(0x7fff_ffff, stts + 16);
    const result = await attempt(file(years));
    if (!(result instanceof Error))
      expect(result)
        .to.have.property('duration')
        .below(settings.maxDuration + 1);
  });

  it('of boxes within boxes without end is refused', async () => {
    let nested: Buffer = box('trak');
    for (let depth = 0; depth < 1000; depth++) nested = box('trak', nested);
    expect(await refused(Buffer.concat([box('moov', nested), box('mdat')]))).to.match(/damaged/);
  });

  it('with streams of text and data only is refused', async () => {
    const subtitles = join(folder, 'text.srt');
    writeFileSync(subtitles, '1\n00:00:00,000 --> 00:00:01,000\nHello\n');
    expect(await refused(makeMedia('mkv', '-i', subtitles))).to.match(/neither a picture nor a sound/);
  });

  it('in a codec that is not on the list is refused', async () => {
    expect(
      await refused(makeMedia('mkv', '-f', 'lavfi', '-i', 'testsrc2=size=64x64:duration=1', '-c:v', 'ffv1')),
    ).to.match(/codec ffv1/);
  });

  it('beside these, an honest file is taken', async () => {
    const path = file(mp4());
    const plan = await planFile({ path, container: await sniff(path), settings, media, signal: never });
    expect(plan.facts.video).to.include({ width: 160, height: 90 });
  });
});

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function box(type: string, content: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([u32(8 + content.length), Buffer.from(type, 'latin1'), content]);
}

/** A `dref` entry that names another place (ISO/IEC 14496-12, 8.7.2). */
function referenceTo(location: string): Buffer {
  return box('url ', Buffer.concat([u32(0), Buffer.from(`${location}\0`)]));
}

/** QuickTime's alias with an absolute path (type 18), as ffmpeg would follow it with `enable_drefs`. */
function aliasOf(path: string): Buffer {
  const name = Buffer.from(path);
  const record = Buffer.alloc(150);
  const absolute = Buffer.concat([Buffer.from([0, 18, 0, name.length]), name, Buffer.alloc(name.length % 2)]);
  return box('alis', Buffer.concat([u32(0), record, absolute, Buffer.from([0xff, 0xff, 0, 0])]));
}

/** The file with another only entry of its `dref`; its `moov` must come last, so that no offset changes. */
function withDataReference(mov: Buffer, entry: Buffer): Buffer {
  const replace = (content: Buffer): Buffer => {
    const out: Buffer[] = [];
    for (let at = 0; at < content.length; ) {
      const length = content.readUInt32BE(at);
      const type = content.toString('latin1', at + 4, at + 8);
      const inner = content.subarray(at + 8, at + length);
      if (type === 'dref') out.push(box('dref', Buffer.concat([u32(0), u32(1), entry])));
      else if (['moov', 'trak', 'mdia', 'minf', 'dinf'].includes(type)) out.push(box(type, replace(inner)));
      else out.push(content.subarray(at, at + length));
      at += length;
    }
    return Buffer.concat(out);
  };
  return replace(mov);
}
