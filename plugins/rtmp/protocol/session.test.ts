/** The publisher's state machine: what encoders send, what they are answered, and what strangers cannot do to it. */
import { expect } from 'chai';
import fc from 'fast-check';
import { type AmfObject, type AmfValue, decodeAmf, encodeAmf } from './amf0.ts';
import { ChunkReader } from './chunk-reader.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { type Tag, tagData } from './flv.ts';
import { HANDSHAKE_SIZE } from './handshake.ts';
import { controlMessage, type Message, MessageType, userControl } from './messages.ts';
import { type PublishRequest, PublishSession } from './session.ts';

/** A session, the client's half of its chunk stream, and all that came out. */
class Peer {
  readonly requests: PublishRequest[] = [];
  readonly tags: Tag[] = [];
  readonly replies: Message[] = [];
  end: string | null = null;
  /** Most bytes that the session held at the end of a push. */
  held = 0;
  readonly session: PublishSession;
  readonly writer = new ChunkWriter();
  private readonly reader = new ChunkReader({ messageSize: 1 << 20, held: 1 << 20 });
  private handshakeLeft = 1 + 2 * HANDSHAKE_SIZE;

  constructor() {
    this.session = new PublishSession({
      send: (bytes) => this.hear(bytes),
      publish: (request) => this.requests.push(request),
      tag: (tag) => this.tags.push(tag),
      end: (reason) => {
        expect(this.end).to.equal(null);
        this.end = reason;
      },
    });
  }

  push(bytes: Buffer): this {
    this.session.push(bytes);
    this.held = Math.max(this.held, this.session.held);
    return this;
  }

  handshake(): this {
    return this.push(Buffer.concat([Buffer.from([3]), Buffer.alloc(2 * HANDSHAKE_SIZE)]));
  }

  send(message: Partial<Message> & { type: number }, chunkStream = 4): this {
    return this.push(this.writer.bytes(chunkStream, { streamId: 1, timestamp: 0, body: Buffer.alloc(0), ...message }));
  }

  command(...values: AmfValue[]): this {
    return this.send({ type: MessageType.command, body: encodeAmf(...values) }, 3);
  }

  connect(properties: AmfObject = {}): this {
    return this.handshake().command('connect', 1, { app: 'live', tcUrl: 'rtmp://h/live', ...properties });
  }

  publish(name = 'str_1?key=secret'): this {
    return this.command('createStream', 2, null).command('publish', 3, null, name, 'live');
  }

  publishing(): this {
    this.connect().publish();
    this.session.accept();
    return this;
  }

  /** Commands that came back, decoded. */
  get answers(): AmfValue[][] {
    return this.replies.filter(({ type }) => type === MessageType.command).map(({ body }) => decodeAmf(body));
  }

  get status(): AmfObject {
    return this.answers.findLast(([name]) => name === 'onStatus')?.[3] as AmfObject;
  }

  private hear(bytes: Buffer): void {
    const skipped = Math.min(bytes.length, this.handshakeLeft);
    this.handshakeLeft -= skipped;
    this.reader.push(bytes.subarray(skipped));
    for (let message = this.reader.next(); message; message = this.reader.next()) this.replies.push(message);
  }
}

const keyframe = Buffer.from([0x17, 1, 0, 0, 0, 1, 2, 3]);

describe('rtmp: session', () => {
  it('asks before it says Publish.Start, and reads nothing in between', () => {
    const peer = new Peer().connect({ flashVer: 'FMLE/3.0' }).publish();
    expect(peer.requests).to.deep.equal([{ streamId: 'str_1', key: 'secret', encoder: 'FMLE/3.0' }]);
    peer.send({ type: MessageType.video, body: keyframe, timestamp: 5 });
    expect(peer.status).to.equal(undefined);
    expect(peer.tags).to.have.length(0);
    peer.session.accept();
    expect(peer.status.code).to.equal('NetStream.Publish.Start');
    expect(peer.tags.map((tag) => [tag.type, tag.timestamp])).to.deep.equal([[9, 5]]);
  });

  it('tells a refused encoder why', () => {
    const peer = new Peer().connect().publish();
    peer.session.refuse('NetStream.Publish.BadName', 'Another encoder is sending to this stream.');
    expect(peer.status).to.deep.include({
      level: 'error',
      code: 'NetStream.Publish.BadName',
      description: 'Another encoder is sending to this stream.',
    });
    expect(peer.end).to.equal('Another encoder is sending to this stream.');
  });

  const forms: Record<string, [app: string, tcUrl: string, name: string]> = {
    'the key behind the name': ['live', 'rtmp://h/live', 'str_1?key=secret'],
    'more parameters': ['live', 'rtmp://h/live', 'str_1?a=b&key=secret&c=d'],
    'the key behind app': ['live?key=secret', 'rtmp://h/live?key=secret', 'str_1'],
    'the key behind tcUrl': ['live', 'rtmp://h/live?key=secret', 'str_1'],
    'a slash after app': ['live/', 'rtmp://h/live/', 'str_1?key=secret'],
    'an escaped key': ['live', 'rtmp://h/live', 'str_1?key=%73ecret'],
  };
  for (const [form, [app, tcUrl, name]] of Object.entries(forms))
    it(`takes ${form}`, () => {
      const peer = new Peer().connect({ app, tcUrl }).publish(name);
      expect(peer.requests[0]).to.deep.include({ streamId: 'str_1', key: 'secret' });
    });

  const wrong: Record<string, [app: string, name: string, reason: string]> = {
    'another app': ['vod', 'str_1?key=k', '/live'],
    'no key': ['live', 'str_1', 'key is missing'],
    'no stream id': ['live', '?key=k', 'stream id'],
    'a path in the stream id': ['live', '../x?key=k', 'stream id'],
    'a very long key': ['live', `str_1?key=${'k'.repeat(300)}`, 'too long'],
  };
  for (const [form, [app, name, reason]] of Object.entries(wrong))
    it(`refuses ${form} with a sentence`, () => {
      const peer = new Peer().connect({ app }).publish(name);
      expect(peer.requests).to.have.length(0);
      expect(peer.status).to.deep.include({ code: 'NetStream.Publish.Denied' });
      expect(peer.status.description).to.include(reason);
      expect(peer.end).to.be.a('string');
    });

  it('turns players away politely', () => {
    const peer = new Peer().connect().command('createStream', 2, null).command('play', 3, null, 'str_1');
    expect(peer.status).to.deep.include({ level: 'error', code: 'NetStream.Play.Failed' });
    expect(peer.end).to.equal('The client wanted to play.');
  });

  it('answers with the codecs of Enhanced RTMP that both sides know', () => {
    const peer = new Peer().connect({ fourCcList: ['hvc1', 'vp09', 'av01'] });
    expect((peer.answers[0]![2] as AmfObject).fourCcList).to.deep.equal(['hvc1', 'av01']);
    expect((new Peer().connect().answers[0]![2] as AmfObject).fourCcList).to.equal(undefined);
  });

  it('sets its chunk size before its first long reply', () => {
    const { replies } = new Peer().connect();
    const sized = replies.findIndex(({ body }) => body.length > 128);
    // The reader obeyed Set Chunk Size, or it would not have read the long reply that follows.
    expect(sized).to.be.greaterThan(0);
    expect(replies[sized]?.type).to.equal(MessageType.command);
  });

  it('answers pings, and acknowledges by half a window', () => {
    const peer = new Peer().publishing();
    peer.send({ ...userControl(6, 77) }, 2);
    expect(peer.replies.at(-1)?.body.toString('hex')).to.equal(userControl(7, 77).body.toString('hex'));
    peer.send(controlMessage(MessageType.windowAcknowledgementSize, 100_000), 2);
    peer.send({ type: MessageType.audio, body: Buffer.alloc(50_000) });
    expect(peer.replies.at(-1)?.type).to.equal(MessageType.acknowledgement);
    expect(peer.replies.at(-1)?.body.readUInt32BE(0)).to.be.greaterThan(50_000);
  });

  it('frames messages as FLV tags, with 32 bits of time', () => {
    const peer = new Peer().publishing().send({ type: MessageType.video, body: keyframe, timestamp: 0x81020304 });
    const expected = Buffer.concat([
      Buffer.from('0900000802030481000000', 'hex'),
      keyframe,
      Buffer.from('00000013', 'hex'),
    ]);
    expect(peer.tags[0]?.bytes.toString('hex')).to.equal(expected.toString('hex'));
  });

  it('takes @setDataFrame off metadata, in AMF0 and behind AMF3’s prefix', () => {
    const plain = encodeAmf('onMetaData', { width: 2 });
    const body = Buffer.concat([encodeAmf('@setDataFrame'), plain]);
    const peer = new Peer().publishing().send({ type: MessageType.data, body });
    peer.send({ type: MessageType.dataAmf3, body: Buffer.concat([Buffer.from([0]), body]) });
    peer.send({ type: MessageType.data, body: plain });
    expect(peer.tags.map((tag) => tagData(tag).toString('hex'))).to.deep.equal(Array(3).fill(plain.toString('hex')));
  });

  it('takes commands behind AMF3’s prefix', () => {
    const peer = new Peer().connect().command('createStream', 2, null);
    const body = Buffer.concat([Buffer.from([0]), encodeAmf('publish', 3, null, 'str_1?key=k', 'live')]);
    expect(peer.send({ type: MessageType.commandAmf3, body }).requests).to.have.length(1);
  });

  it('takes aggregate messages apart, on the clock of the message', () => {
    const tag = (type: number, time: number, data: Buffer) => {
      const head = Buffer.alloc(11);
      head[0] = type;
      head.writeUIntBE(data.length, 1, 3);
      head.writeUIntBE(time & 0xffffff, 4, 3);
      head[7] = time >>> 24;
      return Buffer.concat([head, data, Buffer.alloc(4)]);
    };
    const body = Buffer.concat([tag(9, 0x1000000, keyframe), tag(8, 0x1000017, Buffer.from([0xaf, 1, 5]))]);
    const peer = new Peer().publishing().send({ type: MessageType.aggregate, timestamp: 1000, body });
    expect(peer.tags.map(({ type, timestamp }) => [type, timestamp])).to.deep.equal([
      [9, 1000],
      [8, 1023],
    ]);
    expect(tagData(peer.tags[0]!).equals(keyframe)).to.equal(true);
    expect(peer.send({ type: MessageType.aggregate, body: body.subarray(0, 15) }).end).to.include('aggregate');
  });

  it('passes Enhanced RTMP tags on unchanged', () => {
    const bodies = ['90687663310102', '916876633100000001', '93617630310a', '944142', '904f707573', '9f'].map((hex) =>
      Buffer.from(hex, 'hex'),
    );
    const peer = new Peer().publishing();
    for (const body of bodies) peer.send({ type: MessageType.video, body }).send({ type: MessageType.audio, body });
    expect(peer.tags.map((tag) => tagData(tag).toString('hex'))).to.deep.equal(
      bodies.flatMap((body) => [body.toString('hex'), body.toString('hex')]),
    );
  });

  for (const name of ['FCUnpublish', 'deleteStream', 'closeStream'])
    it(`ends with ${name}`, () => {
      expect(new Peer().publishing().command(name, 9, null, 1).end).to.equal('The encoder ended the stream.');
    });

  const misbehaviour: Record<string, (peer: Peer) => unknown> = {
    'media before connect is ignored, commands are not': (peer) => peer.handshake().command('createStream', 1, null),
    'a second connect': (peer) => peer.connect().command('connect', 2, {}),
    'a second publish': (peer) => peer.publishing().publish(),
    'a command without a name': (peer) => peer.handshake().command(1, 2, 3),
    'a long message': (peer) => peer.connect().send({ type: MessageType.video, body: Buffer.alloc(70_000) }),
    'a long command of a publisher': (peer) =>
      peer.publishing().send({ type: MessageType.command, body: encodeAmf('x'.repeat(70_000)) }),
    'messages without end and no publish': (peer) => {
      peer.connect();
      for (let count = 0; count < 300; count++) peer.send(userControl(6, 1), 2);
    },
  };
  for (const [name, act] of Object.entries(misbehaviour))
    it(`ends the connection: ${name}`, () => {
      const peer = new Peer();
      act(peer);
      expect(peer.end).to.be.a('string');
      expect(peer.replies.length).to.be.lessThan(250);
    });

  it('never throws and never holds 1 MiB, whatever strangers send', () => {
    const chunk = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      // Headers that look right: any type of message, any length, on many chunk streams.
      fc
        .tuple(fc.integer({ min: 2, max: 63 }), fc.nat(0x10000), fc.nat(23), fc.nat(200))
        .map(([id, length, type, extra]) => {
          const header = Buffer.alloc(12 + extra);
          header[0] = id;
          header.writeUIntBE(length, 4, 3);
          header[7] = type;
          return header;
        }),
      fc.constantFrom('connect', 'publish', 'createStream').map((name) =>
        new ChunkWriter().bytes(3, {
          type: 20,
          streamId: 0,
          timestamp: 0,
          body: encodeAmf(name, 1, { app: 'live' }),
        }),
      ),
    );
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 60 }), fc.boolean(), (chunks, connected) => {
        const peer = new Peer();
        if (connected) peer.connect();
        else peer.handshake();
        for (const bytes of chunks) peer.push(bytes);
        expect(peer.held).to.be.lessThan(1 << 20);
      }),
      { numRuns: 500 },
    );
  });

  it('holds little for a stranger who opens the longest messages that it may', () => {
    const peer = new Peer().connect();
    for (let id = 2; id < 60; id++) {
      const header = Buffer.from('0000000000fff00901000000', 'hex');
      header[0] = id;
      peer.push(Buffer.concat([header, Buffer.alloc(128)]));
    }
    expect(peer.held).to.be.within(200_000, 300_000);
    expect(peer.end).to.be.a('string');
  });
});
