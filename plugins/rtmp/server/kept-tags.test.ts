/** What readers of a publisher get: the first everything, later ones a group of pictures with its configuration. */
import { expect } from 'chai';
import { type Tag, tagData, tagOfData } from '../protocol/flv.ts';
import { KeptTags, type TagReader } from './kept-tags.ts';

const metadata = (time = 0) => tagOfData(18, time, Buffer.from('\x02\0\x0aonMetaData\x05', 'latin1'));
const avcConfig = (mark: number, time = 0) => tagOfData(9, time, Buffer.from([0x17, 0, 0, 0, 0, mark]));
const aacConfig = (time = 0) => tagOfData(8, time, Buffer.from([0xaf, 0, 0x12, 0x10]));
const key = (time: number, size = 8) => tagOfData(9, time, Buffer.alloc(size, Buffer.from([0x17, 1])));
const inter = (time: number, size = 8) => tagOfData(9, time, Buffer.alloc(size, Buffer.from([0x27, 1])));
const sound = (time: number) => tagOfData(8, time, Buffer.from([0xaf, 1, 7]));

class Reader implements TagReader {
  readonly got: Buffer[] = [];
  backlog = 0;
  state: 'open' | 'ended' | 'replaced' = 'open';
  write(bytes: Buffer): void {
    this.got.push(bytes);
  }
  end(): void {
    this.state = 'ended';
  }
  replace(): void {
    this.state = 'replaced';
  }
  /** Type, time and first two bytes of the data of each tag. */
  get summary(): string[] {
    return this.got.map((bytes) => `${bytes[0]}@${bytes.readUIntBE(4, 3)}:${bytes.toString('hex', 11, 13)}`);
  }
}

function summaryOf(...tags: Tag[]): string[] {
  return tags.map((tag) => `${tag.type}@${tag.timestamp & 0xffffff}:${tagData(tag).toString('hex', 0, 2)}`);
}

function pushed(...tags: Tag[]): KeptTags {
  const kept = new KeptTags();
  for (const tag of tags) kept.push(tag);
  return kept;
}

describe('rtmp: kept tags', () => {
  it('gives the first reader all since the first keyframe, over several groups, then what comes', () => {
    const tags = [metadata(), avcConfig(1), aacConfig(), sound(0), key(0), inter(40), key(80), inter(120)];
    const kept = pushed(tags[0]!, tags[1]!, inter(0), ...tags.slice(2));
    const reader = new Reader();
    kept.attach(reader);
    kept.push(sound(130));
    kept.end();
    expect(reader.summary).to.deep.equal(summaryOf(...tags, sound(130)));
    expect(reader.state).to.equal('ended');
  });

  it('gives a later reader the newest group behind its configuration at the time of the group', () => {
    const kept = pushed(metadata(), avcConfig(1), aacConfig(), key(0), inter(40));
    const first = new Reader();
    kept.attach(first);
    for (const tag of [key(2000), inter(2040), sound(2050)]) kept.push(tag);
    const second = new Reader();
    kept.attach(second);
    kept.push(inter(2080));
    expect(first.state).to.equal('replaced');
    expect(second.summary).to.deep.equal(
      summaryOf(metadata(2000), avcConfig(1, 2000), aacConfig(2000), key(2000), inter(2040), sound(2050), inter(2080)),
    );
  });

  it('lets a reader wait for a keyframe where the group is too long to keep', () => {
    const kept = pushed(avcConfig(1), key(0));
    kept.attach(new Reader());
    for (let time = 1000; time <= 25_000; time += 1000) kept.push(inter(time));
    const late = new Reader();
    kept.attach(late);
    kept.push(inter(26_000));
    expect(late.got).to.have.length(0);
    kept.push(key(27_000));
    expect(late.summary).to.deep.equal(summaryOf(avcConfig(1, 27_000), key(27_000)));
  });

  it('bounds what it keeps by pressing the publisher, before the first reader and behind a slow one', () => {
    const kept = pushed(key(0));
    for (let count = 0; !kept.pressed; count++) {
      expect(count).to.be.lessThan(20);
      kept.push(inter(count, 1 << 20));
    }
    expect(kept.abandoned).to.equal(true);
    const reader = new Reader();
    kept.attach(reader);
    expect(kept.pressed).to.equal(false);
    reader.backlog = 2 << 20;
    expect(kept.pressed).to.equal(true);
    kept.detach(reader);
    expect(kept.pressed).to.equal(false);
  });

  it('keeps sound from the start where there is no video, and lets later readers start anywhere', () => {
    const kept = pushed(aacConfig(), sound(0), sound(23));
    const first = new Reader();
    kept.attach(first);
    expect(first.summary).to.deep.equal(summaryOf(aacConfig(), sound(0), sound(23)));
    kept.push(sound(46));
    const second = new Reader();
    kept.attach(second);
    expect(second.summary).to.deep.equal(summaryOf(aacConfig(46), sound(46)));
  });

  it('knows keyframes and configuration of Enhanced RTMP, past its modifiers', () => {
    const enhanced = (hex: string, time: number) => tagOfData(9, time, Buffer.from(hex, 'hex'));
    const config = enhanced('9068766331aa', 0);
    const kept = pushed(config, enhanced('a1687663310000', 0), enhanced('93687663310000', 0));
    const first = new Reader();
    kept.attach(first);
    expect(first.summary).to.deep.equal(['9@0:9068', '9@0:9368']);
    // ModEx: one byte of data, then packet type 1.
    kept.push(enhanced('9700ff0168766331', 2000));
    const second = new Reader();
    kept.attach(second);
    expect(second.summary).to.deep.equal(['9@2000:9068', '9@2000:9700']);
  });
});
