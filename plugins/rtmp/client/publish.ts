/** An RTMP publish client: sends FLV to a server, so that no key stands in a command line. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type AmfObject, type AmfValue, decodeAmf, encodeAmf } from '../protocol/amf0.ts';
import { ChunkReader } from '../protocol/chunk-reader.ts';
import { ChunkWriter } from '../protocol/chunk-writer.ts';
import { HANDSHAKE_SIZE } from '../protocol/handshake.ts';
import {
  ChunkStream,
  ControlEvent,
  controlMessage,
  type Message,
  MessageType,
  userControl,
} from '../protocol/messages.ts';
import { type InputTag, readTags } from './flv-input.ts';

export interface PublishOptions {
  host: string;
  /** 1935 where not given. */
  port?: number;
  streamId: string;
  key: string;
  /** FLV, sent as fast as it comes and the server takes it: pace it at its source. */
  flv: AsyncIterable<Buffer>;
  /** Aborting unpublishes in good order and rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Called when the server has let the publisher in. */
  onStart?: () => void;
}

/** A server's refusal, or its end of a publish: `message` is the reason that it gave, `code` its `NetStream.…` code. */
export class PublishFailed extends Error {
  override readonly name = 'PublishFailed';
  readonly code: string | null;
  constructor(message: string, code: string | null = null) {
    super(message);
    this.code = code;
  }
}

const OUTGOING_CHUNK = 65_536;
const APP = 'live';
/** Milliseconds for connect, handshake and commands, each answer included. */
const START_TIME = 15_000;
/** Milliseconds that the server has to close the connection at the end. */
const CLOSE_TIME = 1_000;
const SET_DATA_FRAME = encodeAmf('@setDataFrame');
/** Transactions that are answered by number. */
const CONNECT = 1;
const CREATE_STREAM = 4;

/**
 * Publishes until the FLV ends.
 * @throws PublishFailed with the server's reason, Node's error of the connection, or the signal's reason.
 */
export async function publishFlv(options: PublishOptions): Promise<void> {
  options.signal?.throwIfAborted();
  const socket = connect({ host: options.host, port: options.port ?? 1935, noDelay: true });
  const client = new PublishClient(socket);
  const onAbort = () => client.fail(options.signal?.reason);
  options.signal?.addEventListener('abort', onAbort, { once: true });
  const timeout = setTimeout(() => client.fail(new PublishFailed('The server does not answer.')), START_TIME);
  try {
    await client.start(options);
    clearTimeout(timeout);
    options.onStart?.();
    await client.send(options.flv);
    await client.finish();
  } catch (error) {
    if (options.signal?.aborted) await client.leave();
    throw error;
  } finally {
    clearTimeout(timeout);
    options.signal?.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

interface Answer {
  name: AmfValue;
  transaction: AmfValue;
  /** The second argument: the stream's id, or the information object. */
  result: AmfValue;
}

class PublishClient {
  private readonly socket: Socket;
  private readonly reader = new ChunkReader({ messageSize: 64 * 1024, held: 256 * 1024 });
  private readonly writer = new ChunkWriter();
  private failure: { reason: unknown } | null = null;
  /** Rejects what is being waited for. */
  private interrupt: (reason: unknown) => void = () => {};
  private handshakeLeft = 1 + 2 * HANDSHAKE_SIZE;
  private readonly handshake = Promise.withResolvers<Buffer>();
  private readonly handshakeBytes = Buffer.alloc(1 + 2 * HANDSHAKE_SIZE);
  private waiting: { matches: (answer: Answer) => boolean; resolve: (answer: Answer) => void } | null = null;
  private streamId = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      try {
        this.take(bytes);
      } catch (error) {
        this.fail(error);
      }
    });
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new PublishFailed('The server closed the connection.')));
  }

  fail(reason: unknown): void {
    this.failure ??= { reason };
    this.interrupt(reason);
  }

  /** Handshake, connect, createStream, publish. */
  async start({ host, port = 1935, streamId, key }: PublishOptions): Promise<void> {
    const hello = Buffer.alloc(1 + HANDSHAKE_SIZE);
    hello[0] = 3;
    this.socket.write(hello);
    const reply = await this.or(this.handshake.promise);
    this.socket.write(reply.subarray(1, 1 + HANDSHAKE_SIZE));

    this.write(ChunkStream.control, controlMessage(MessageType.setChunkSize, OUTGOING_CHUNK));
    this.writer.setChunkSize(OUTGOING_CHUNK);
    const properties: AmfObject = {
      app: APP,
      type: 'nonprivate',
      flashVer: 'FMLE/3.0 (compatible; Livestreams)',
      tcUrl: `rtmp://${host}:${port}/${APP}`,
      fourCcList: ['avc1', 'hvc1', 'av01', 'mp4a', 'Opus'],
    };
    this.command(0, 'connect', CONNECT, properties);
    await this.result(CONNECT);
    const name = `${streamId}?key=${encodeURIComponent(key)}`;
    this.command(0, 'releaseStream', 2, null, name);
    this.command(0, 'FCPublish', 3, null, name);
    this.command(0, 'createStream', CREATE_STREAM, null);
    const created = await this.result(CREATE_STREAM);
    this.streamId = typeof created === 'number' ? created : 1;
    const started = this.answer((answer) => answer.name === 'onStatus');
    this.command(this.streamId, 'publish', 5, null, name, 'live');
    await started;
  }

  /** Sends the tags of `flv`. */
  async send(flv: AsyncIterable<Buffer>): Promise<void> {
    const tags = readTags(flv);
    try {
      for (;;) {
        const next = await this.or(tags.next());
        if (next.done) return;
        this.tag(next.value);
        if (this.socket.writableNeedDrain) await this.or(once(this.socket, 'drain'));
      }
    } finally {
      // Not awaited: where the source is silent, its pending read settles only when the source does.
      tags.return(undefined).catch(() => {});
    }
  }

  /** Unpublishes, and resolves when all is sent and the server has closed or had its time to. */
  async finish(): Promise<void> {
    const closed = this.unpublish();
    await this.or(Promise.race([closed, new Promise<void>((resolve) => this.socket.end(resolve))]));
    await this.orDestroyed(closed);
  }

  /** Unpublishes where it was publishing, without waiting for a server that does not read. */
  async leave(): Promise<void> {
    if (this.streamId === 0 || this.socket.destroyed) return;
    const closed = this.unpublish();
    this.socket.end();
    await this.orDestroyed(closed);
  }

  /** From here on a close is no failure; resolves with it. */
  private unpublish(): Promise<void> {
    this.socket.removeAllListeners('close');
    const closed = new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
    this.command(0, 'FCUnpublish', 6, null, '');
    this.command(0, 'deleteStream', 7, null, this.streamId);
    return closed;
  }

  private async orDestroyed(closed: Promise<void>): Promise<void> {
    const force = setTimeout(() => this.socket.destroy(), CLOSE_TIME);
    await closed;
    clearTimeout(force);
  }

  private tag({ type, timestamp, data }: InputTag): void {
    const { streamId } = this;
    if (type === MessageType.audio) this.write(ChunkStream.audio, { type, streamId, timestamp, body: data });
    else if (type === MessageType.video) this.write(ChunkStream.video, { type, streamId, timestamp, body: data });
    else if (type === MessageType.data)
      this.write(ChunkStream.audio, { type, streamId, timestamp, body: Buffer.concat([SET_DATA_FRAME, data]) });
  }

  private take(bytes: Buffer): void {
    let rest = bytes;
    if (this.handshakeLeft > 0) {
      const taken = rest.copy(this.handshakeBytes, this.handshakeBytes.length - this.handshakeLeft);
      this.handshakeLeft -= taken;
      rest = rest.subarray(taken);
      if (this.handshakeLeft > 0) return;
      this.handshake.resolve(this.handshakeBytes);
    }
    this.reader.push(rest);
    for (let message = this.reader.next(); message; message = this.reader.next()) this.hear(message);
  }

  private hear({ type, body }: Message): void {
    if (type === MessageType.userControl && body.length >= 6 && body.readUInt16BE(0) === ControlEvent.pingRequest)
      this.write(ChunkStream.control, userControl(ControlEvent.pingResponse, body.readUInt32BE(2)));
    if (type !== MessageType.command) return;
    const [name, transaction, , result] = decodeAmf(body);
    const info = typeof result === 'object' && result !== null && !Array.isArray(result) ? result : {};
    if (info.level === 'error' || name === '_error') {
      this.fail(new PublishFailed(String(info.description ?? 'The server refused.'), String(info.code ?? '') || null));
      return;
    }
    const answer = { name, transaction, result };
    if (!this.waiting?.matches(answer)) return;
    this.waiting.resolve(answer);
    this.waiting = null;
  }

  private answer(matches: (answer: Answer) => boolean): Promise<Answer> {
    return this.or(new Promise<Answer>((resolve) => (this.waiting = { matches, resolve })));
  }

  private async result(transaction: number): Promise<AmfValue> {
    const answer = await this.answer((given) => given.name === '_result' && given.transaction === transaction);
    return answer.result;
  }

  /** What `promise` gives, unless the connection fails first. No `Promise.race`: it would keep a reaction for each tag sent. */
  private or<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.failure) reject(this.failure.reason);
      this.interrupt = reject;
      promise.then(resolve, reject);
    });
  }

  private command(streamId: number, ...values: AmfValue[]): void {
    this.write(ChunkStream.command, { type: MessageType.command, streamId, timestamp: 0, body: encodeAmf(...values) });
  }

  private write(chunkStream: number, message: Message): void {
    this.socket.cork();
    for (const chunk of this.writer.chunks(chunkStream, message)) for (const part of chunk) this.socket.write(part);
    this.socket.uncork();
  }
}
