/** The running server against readers and peers that misbehave: who is slow, who is silent, who has no token, who sends rubbish. */

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import type { RunningIngest } from '#plugin-api';
import { readTags } from '../client/flv-input.ts';
import { publishFlv } from '../client/publish.ts';
import { chunksOf, Door, endless, makeFlv, portOf, startRtmp, until } from '../ingest-rig.ts';

describe('rtmp: server', function () {
  this.timeout(120_000);
  let door: Door;
  let running: RunningIngest;
  let port: number;
  let flv: Buffer;

  before(async () => {
    flv = await makeFlv();
    door = new Door();
    running = await startRtmp(door);
    port = portOf(running);
  });

  after(() => running.stop());

  afterEach(() => {
    door.entries.length = 0;
  });

  const entry = () => until('a publish', () => door.entries[0]);

  it('shows a source only to who has its token', async () => {
    const abort = new AbortController();
    const target = { host: '127.0.0.1', port, streamId: 'str_1', key: 'k', flv: endless(flv), signal: abort.signal };
    const publishing = publishFlv(target).catch(() => {});
    const { url, authorization } = (await entry()).attempt.source;
    expect((await fetch(url)).status).to.equal(401);
    expect((await fetch(url, { headers: { authorization: `${authorization}x` } })).status).to.equal(401);
    expect((await fetch(new URL('/0', url), { headers: { authorization } })).status).to.equal(404);
    abort.abort();
    await publishing;
  });

  it('gives a second reader the place of the first, from a keyframe on', async () => {
    const abort = new AbortController();
    const target = { host: '127.0.0.1', port, streamId: 'str_1', key: 'k', flv: endless(flv), signal: abort.signal };
    const publishing = publishFlv(target).catch(() => {});
    const { url, authorization } = (await entry()).attempt.source;
    const headers = { authorization };
    const first = (await fetch(url, { headers })).arrayBuffer().catch((error) => error);
    const second = await fetch(url, { headers });
    expect(await first).to.be.instanceOf(Error);
    abort.abort();
    await publishing;
    const bytes = Buffer.from(await second.arrayBuffer());
    expect(bytes.toString('latin1', 0, 3)).to.equal('FLV');
    const reader = await readTags(chunksOf(bytes)).next();
    expect(reader.value?.type).to.equal(18);
  });

  it('holds a publisher back whose reader is slow, and loses nothing', async () => {
    const size = 64 * 1024 * 1024;
    const sent = { bytes: 0 };
    const publishing = publishFlv({ host: '127.0.0.1', port, streamId: 'str_1', key: 'k', flv: bigFlv(size, sent) });
    const { attempt } = await entry();
    const response = await fetch(attempt.source.url, { headers: { authorization: attempt.source.authorization } });
    // Nobody takes the body: what is sent comes to a stop well before its end.
    let last = -1;
    await until('the publisher to stand still', async () => {
      if (sent.bytes === last && sent.bytes > 0) return true;
      last = sent.bytes;
      await new Promise((resolve) => setTimeout(resolve, 500));
      return false;
    });
    expect(sent.bytes).to.be.lessThan(size - (8 << 20));
    let received = 0;
    for await (const chunk of response.body!) received += chunk.length;
    await publishing;
    expect(received).to.equal(13 + sent.bytes);
  });

  const sockets: Record<string, Buffer> = {
    'not RTMP at all': Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'),
    'a type 3 chunk first': Buffer.concat([Buffer.from([3]), Buffer.alloc(3072), Buffer.from([0xc3])]),
    'a message of 16 MiB': Buffer.concat([
      Buffer.from([3]),
      Buffer.alloc(3072),
      Buffer.from('03000000ffffff1400000000', 'hex'),
    ]),
    'a bomb of nested AMF': Buffer.concat([
      Buffer.from([3]),
      Buffer.alloc(3072),
      Buffer.from('0200000000000401000000000000ffff', 'hex'),
      Buffer.from('0300000000ea601400000000', 'hex'),
      Buffer.alloc(60_000, Buffer.from([10, 0, 0, 0, 1])),
    ]),
  };
  it('closes on malformed input, lives on, and leaves other publishers alone', async () => {
    const abort = new AbortController();
    const target = { host: '127.0.0.1', port, streamId: 'str_1', key: 'k', flv: endless(flv), signal: abort.signal };
    const publishing = publishFlv(target).catch((error) => error);
    await entry();
    for (const [name, bytes] of Object.entries(sockets)) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      socket.write(bytes);
      await once(socket, 'close').catch((error) => expect.fail(`${name}: ${error}`));
    }
    expect(door.entries[0]!.ended).to.equal(null);
    expect(door.pids).to.have.length(1);
    abort.abort(new Error('enough'));
    expect((await publishing).message).to.equal('enough');
  });

  it('turns connections over the limit away, and ends silent ones', async () => {
    const small = new Door();
    const server = await startRtmp(small, { maxConnections: 2, idleTimeout: 2 });
    const open: Socket[] = [];
    for (let count = 0; count < 3; count++) {
      const socket = connect(portOf(server), '127.0.0.1');
      socket.on('error', () => {});
      socket.resume();
      await once(socket, 'connect');
      open.push(socket);
    }
    await once(open[2]!, 'close');
    expect(open[0]!.destroyed).to.equal(false);
    await Promise.all(open.slice(0, 2).map((socket) => socket.destroyed || once(socket, 'close')));
    expect(small.log.some(({ message }) => message.startsWith('too many connections'))).to.equal(true);
    await server.stop();
  });
});

/** One keyframe and large frames after it, counting what was asked for. */
async function* bigFlv(size: number, sent: { bytes: number }): AsyncGenerator<Buffer> {
  yield Buffer.from('FLV\x01\x01\0\0\0\x09\0\0\0\0', 'latin1');
  for (let frame = 0; sent.bytes < size; frame++) {
    const data = Buffer.alloc(256 * 1024, Buffer.from([frame === 0 ? 0x17 : 0x27, 1]));
    const tag = Buffer.alloc(11 + data.length + 4);
    tag[0] = 9;
    tag.writeUIntBE(data.length, 1, 3);
    tag.writeUIntBE(frame, 4, 3);
    data.copy(tag, 11);
    tag.writeUInt32BE(11 + data.length, 11 + data.length);
    sent.bytes += tag.length;
    yield tag;
  }
}
