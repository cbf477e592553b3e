/** A publisher's connection as a state machine without a socket: bytes in; replies, a publish request and FLV tags out. */

import { eachOfAggregate } from './aggregate.ts';
import { type AmfObject, type AmfValue, decodeAmf, encodeAmf } from './amf0.ts';
import { type ChunkLimits, ChunkReader, type ReadMessage } from './chunk-reader.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { ProtocolError } from './errors.ts';
import { TAG_ROOM, type Tag, tagOfData, tagOfMessage } from './flv.ts';
import { HANDSHAKE_SIZE, ServerHandshake } from './handshake.ts';
import {
  ChunkStream,
  ControlEvent,
  controlMessage,
  type Message,
  MessageType,
  setPeerBandwidth,
  userControl,
} from './messages.ts';
import { type PublishTarget, publishTarget } from './publish-target.ts';

export interface PublishRequest extends PublishTarget {
  /** `flashVer` of the connect command. */
  encoder: string | null;
}

/** Why a publish is refused: another sends already, or anything else. */
export type RefusalCode = 'NetStream.Publish.BadName' | 'NetStream.Publish.Denied';

/** What the machine tells; called from within `push`, `accept`, `refuse` and `drop`. */
export interface SessionEvents {
  send(bytes: Buffer): void;
  /** Answer with `accept` or `refuse`; nothing more is read until then. */
  publish(request: PublishRequest): void;
  tag(tag: Tag): void;
  /** Nothing more is read or sent; the connection is to be closed once what was sent has left. */
  end(reason: string): void;
}

/** A stranger may make us hold little; a publisher that was let in, a large frame and what is interleaved with it. */
const LIMITS_BEFORE: ChunkLimits = { messageSize: 64 * 1024, held: 256 * 1024 };
const LIMITS_AFTER: ChunkLimits = { messageSize: 16 * 1024 * 1024, held: 20 * 1024 * 1024 };
const COMMAND_SIZE = 64 * 1024;
/** Encoders send about ten. Bounds the replies that a stranger can make us write. */
const MESSAGES_BEFORE = 200;

const OUTGOING_CHUNK = 65_536;
const WINDOW = 2_500_000;
/** Smallest window that we acknowledge by, whatever the peer asks for. */
const MIN_WINDOW = 65_536;
/** The one message stream of a connection. */
const STREAM_ID = 1;
/** Enhanced RTMP: what can be carried through. */
const FOURCCS = ['avc1', 'hvc1', 'av01', 'mp4a', 'Opus'];

type State = 'handshake' | 'connecting' | 'connected' | 'authorizing' | 'publishing' | 'ended';

export class PublishSession {
  private readonly events: SessionEvents;
  private readonly handshake: ServerHandshake;
  private readonly reader = new ChunkReader(LIMITS_BEFORE, TAG_ROOM);
  private readonly writer = new ChunkWriter();
  private state: State = 'handshake';
  private app = '';
  private tcUrl = '';
  private encoder: string | null = null;
  private messages = 0;
  private received = 0;
  private acknowledged = 0;
  private window = WINDOW;

  constructor(events: SessionEvents) {
    this.events = events;
    this.handshake = new ServerHandshake((bytes) => events.send(bytes));
  }

  /** Bytes held for what has not been read whole. */
  get held(): number {
    return HANDSHAKE_SIZE + this.reader.held;
  }

  get handshakeDone(): boolean {
    return this.handshake.done;
  }

  get authorizing(): boolean {
    return this.state === 'authorizing';
  }

  get publishing(): boolean {
    return this.state === 'publishing';
  }

  /** Reads what the peer sent. What breaks the protocol ends the session. */
  push(bytes: Buffer): void {
    if (this.state === 'ended') return;
    this.guard(() => {
      let rest = bytes;
      if (this.state === 'handshake') {
        rest = this.handshake.push(bytes);
        if (!this.handshake.done) return;
        this.state = 'connecting';
      }
      this.received += rest.length;
      this.reader.push(rest);
      this.read();
      this.acknowledge();
    });
  }

  /** Lets the publisher in that asked last. */
  accept(): void {
    if (this.state !== 'authorizing') return;
    this.state = 'publishing';
    this.reader.limits = LIMITS_AFTER;
    this.send(ChunkStream.control, userControl(ControlEvent.streamBegin, STREAM_ID));
    this.status('status', 'NetStream.Publish.Start', 'Publishing.');
    this.guard(() => this.read());
  }

  /** Turns the publisher away that asked last, and says why. */
  refuse(code: RefusalCode, reason: string): void {
    if (this.state !== 'authorizing') return;
    this.status('error', code, reason);
    this.end(reason);
  }

  /** Ends a publisher that was let in, and says why. */
  drop(reason: string): void {
    if (this.state === 'ended') return;
    if (this.handshake.done) this.status('error', 'NetConnection.Connect.Closed', reason);
    this.end(reason);
  }

  private guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.end(error.message);
    }
  }

  private end(reason: string): void {
    this.state = 'ended';
    this.events.end(reason);
  }

  private read(): void {
    while (this.state !== 'authorizing' && this.state !== 'ended') {
      const message = this.reader.next();
      if (message === null) return;
      if (this.state !== 'publishing' && ++this.messages > MESSAGES_BEFORE)
        throw new ProtocolError('The client sends messages but does not publish.');
      this.handle(message);
    }
  }

  private handle(message: ReadMessage): void {
    const { type, body } = message;
    switch (type) {
      case MessageType.audio:
      case MessageType.video:
        if (this.state === 'publishing' && body.length > 0) this.events.tag(tagOfMessage(type, message));
        break;
      case MessageType.aggregate:
        if (this.state === 'publishing') for (const tag of eachOfAggregate(message)) this.events.tag(tag);
        break;
      case MessageType.data:
        this.data(message, body);
        break;
      case MessageType.dataAmf3:
        this.data(message, body.subarray(1));
        break;
      case MessageType.command:
        this.command(body);
        break;
      case MessageType.commandAmf3:
        // A byte 0, then AMF0: what Flash sends with object encoding 3.
        this.command(body.subarray(1));
        break;
      case MessageType.windowAcknowledgementSize:
        if (body.length >= 4) this.window = Math.max(MIN_WINDOW, body.readUInt32BE(0));
        break;
      case MessageType.userControl:
        if (body.length >= 6 && body.readUInt16BE(0) === ControlEvent.pingRequest)
          this.send(ChunkStream.control, userControl(ControlEvent.pingResponse, body.readUInt32BE(2)));
        break;
    }
  }

  /** Metadata: `@setDataFrame` is addressed to the server, what follows is the tag (RTMP 1.0 leaves it to Flash's documents). */
  private data(message: Message, body: Buffer): void {
    if (this.state !== 'publishing') return;
    const setDataFrame = encodeAmf('@setDataFrame');
    const data = body.subarray(0, setDataFrame.length).equals(setDataFrame) ? body.subarray(setDataFrame.length) : body;
    if (data.length > 0) this.events.tag(tagOfData(18, message.timestamp, data));
  }

  private command(body: Buffer): void {
    if (body.length > COMMAND_SIZE) throw new ProtocolError('A command is too long.');
    const [name, transaction, object, argument] = decodeAmf(body);
    if (typeof name !== 'string') throw new ProtocolError('A command has no name.');
    const id = typeof transaction === 'number' ? transaction : 0;
    if (name === 'connect') {
      this.connect(id, object);
      return;
    }
    if (this.state === 'connecting') throw new ProtocolError('The client sends commands before it connects.');
    switch (name) {
      case 'createStream':
        this.reply('_result', id, null, STREAM_ID);
        break;
      case 'publish':
        this.publish(argument);
        break;
      case 'FCUnpublish':
      case 'deleteStream':
      case 'closeStream':
        if (this.state === 'publishing') this.end('The encoder ended the stream.');
        break;
      case 'play':
      case 'play2':
        this.status('error', 'NetStream.Play.Failed', 'This server takes publishers only; watch over HLS.');
        this.end('The client wanted to play.');
        break;
      case 'releaseStream':
      case 'FCPublish':
      case '_checkbw':
        this.reply('_result', id, null, undefined);
        break;
    }
  }

  private connect(transaction: number, properties: AmfValue): void {
    if (this.state !== 'connecting') throw new ProtocolError('The client connects twice.');
    const sent = (typeof properties === 'object' && properties !== null ? properties : {}) as AmfObject;
    this.app = text(sent.app);
    this.tcUrl = text(sent.tcUrl);
    this.encoder = text(sent.flashVer).slice(0, 100) || null;
    this.state = 'connected';
    this.send(ChunkStream.control, controlMessage(MessageType.windowAcknowledgementSize, WINDOW));
    this.send(ChunkStream.control, setPeerBandwidth(WINDOW));
    this.send(ChunkStream.control, controlMessage(MessageType.setChunkSize, OUTGOING_CHUNK));
    this.writer.setChunkSize(OUTGOING_CHUNK);
    const answer: AmfObject = { fmsVer: 'FMS/3,0,1,123', capabilities: 31 };
    if (Array.isArray(sent.fourCcList)) {
      const asked = new Set(sent.fourCcList);
      answer.fourCcList = FOURCCS.filter((fourCc) => asked.has(fourCc) || asked.has('*'));
    }
    this.reply('_result', transaction, answer, {
      level: 'status',
      code: 'NetConnection.Connect.Success',
      description: 'Connected.',
      objectEncoding: 0,
    });
  }

  private publish(name: AmfValue): void {
    if (this.state !== 'connected') throw new ProtocolError('The client publishes twice on one connection.');
    this.state = 'authorizing';
    const target = publishTarget(this.app, this.tcUrl, text(name));
    if (typeof target === 'string') this.refuse('NetStream.Publish.Denied', target);
    else this.events.publish({ ...target, encoder: this.encoder });
  }

  private acknowledge(): void {
    if (this.received - this.acknowledged < this.window / 2 || this.state === 'ended') return;
    this.acknowledged = this.received;
    this.send(ChunkStream.control, controlMessage(MessageType.acknowledgement, this.received));
  }

  private status(level: 'status' | 'error', code: string, description: string): void {
    const body = encodeAmf('onStatus', 0, null, { level, code, description });
    this.send(ChunkStream.status, { type: MessageType.command, streamId: STREAM_ID, timestamp: 0, body });
  }

  /** A command on the connection itself. */
  private reply(...values: AmfValue[]): void {
    const body = encodeAmf(...values);
    this.send(ChunkStream.command, { type: MessageType.command, streamId: 0, timestamp: 0, body });
  }

  private send(chunkStream: number, message: Message): void {
    this.events.send(this.writer.bytes(chunkStream, message));
  }
}

function text(value: AmfValue): string {
  return typeof value === 'string' ? value : '';
}
