/** The tags of one publisher between its connection and its reader: nothing is lost before the first, later ones join at a keyframe. */
import { type Tag, type TagRole, tagData, tagOfData, tagRole } from '../protocol/flv.ts';

/** Whoever reads: an HTTP response. */
export interface TagReader {
  write(bytes: Buffer): void;
  /** Bytes written that have not left. */
  readonly backlog: number;
  /** The publisher has ended; all was written. */
  end(): void;
  /** Another reader takes its place. */
  replace(): void;
}

/** What is kept for a reader: 16 MiB, and 20 s once there was a first. */
const KEEP_BYTES = 16 * 1024 * 1024;
const KEEP_MILLISECONDS = 20_000;
/** What a kept tag weighs beside its bytes, about: so that many tiny ones are bounded too. */
const TAG_COST = 200;
/** A reader that is so far behind holds the publisher back. */
const READER_BACKLOG = 1024 * 1024;

type ConfigSlot = 'metadata' | 'video' | 'audio';

export class KeptTags {
  private readonly config = new Map<ConfigSlot, Tag>();
  /** Configuration as it was when `tags` began. Empty while `tags` begins with the publish. */
  private head: Tag[] = [];
  private tags: Tag[] = [];
  private bytes = 0;
  private reader: TagReader | null = null;
  private hadReader = false;
  private hasVideo = false;
  private hasKeyframe = false;
  /** The group is too long to be kept: who joins waits for the next keyframe. */
  private overflown = false;
  private readerWaits = false;
  private ended = false;

  /** Whether the publisher should send no more for now. */
  get pressed(): boolean {
    if (this.reader) return this.reader.backlog > READER_BACKLOG;
    return !this.hadReader && this.bytes >= KEEP_BYTES;
  }

  /** Whether the publisher is held back because no reader ever came. */
  get abandoned(): boolean {
    return this.reader === null && this.pressed;
  }

  /** Whether a first reader could still want what is kept. */
  get unread(): boolean {
    return !this.hadReader && this.tags.length > 0;
  }

  push(tag: Tag): void {
    const role = tagRole(tag);
    if (tag.type === 9) this.hasVideo = true;
    const keyframe = role === 'keyframe' || (!this.hasVideo && tag.type === 8 && role === 'frame');
    if (role === 'keyframe') this.hasKeyframe = true;
    // Nothing can be made of a group's rest without its beginning.
    if (tag.type === 9 && role === 'frame' && !this.hasKeyframe) return;
    if (keyframe && this.hadReader) this.startGroup();
    this.remember(tag, role);
    this.keep(tag);
    if (!this.reader) return;
    if (this.readerWaits && keyframe) {
      this.readerWaits = false;
      this.writeHead(this.reader, tag.timestamp);
    }
    if (!this.readerWaits) this.reader.write(tag.bytes);
  }

  /** Takes a reader in the place of the one before, and writes what is kept. The FLV header is the reader's own. */
  attach(reader: TagReader): void {
    this.reader?.replace();
    this.reader = reader;
    this.hadReader = true;
    this.readerWaits = this.overflown;
    if (this.tags[0]) this.writeHead(reader, this.tags[0].timestamp);
    for (const tag of this.tags) reader.write(tag.bytes);
    if (this.ended) reader.end();
  }

  detach(reader: TagReader): void {
    if (this.reader === reader) this.reader = null;
  }

  /** The publisher has ended. A reader gets the end; a first reader may still come. */
  end(): void {
    this.ended = true;
    this.reader?.end();
  }

  private startGroup(): void {
    this.tags = [];
    this.bytes = 0;
    this.overflown = false;
    this.head = [...this.config.values()];
  }

  private writeHead(reader: TagReader, timestamp: number): void {
    // With the group's own time, so that the reader sees no jump.
    for (const tag of this.head) reader.write(tagOfData(tag.type, timestamp, tagData(tag)).bytes);
  }

  private remember(tag: Tag, role: TagRole): void {
    if (role === 'metadata') this.config.set('metadata', tag);
    else if (role === 'config') this.config.set(tag.type === 9 ? 'video' : 'audio', tag);
  }

  private keep(tag: Tag): void {
    if (this.overflown) return;
    this.tags.push(tag);
    this.bytes += tag.bytes.length + TAG_COST;
    if (!this.hadReader) return;
    const length = (tag.timestamp - this.tags[0]!.timestamp) | 0;
    if (this.bytes <= KEEP_BYTES && length <= KEEP_MILLISECONDS) return;
    this.overflown = true;
    this.tags = [];
    this.bytes = 0;
  }
}
