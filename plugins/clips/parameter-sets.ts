/** One initialization section for segments of two encoders: it holds the parameter sets of both (ISO/IEC 14496-15, 5.3.3.1). */

/** The boxes on the way to a track's H.264 configuration, with what stands in each before its children. */
const PATH: readonly [string, number][] = [
  ['moov', 0],
  ['trak', 0],
  ['mdia', 0],
  ['minf', 0],
  ['stbl', 0],
  ['stsd', 8],
  ['avc1', 78],
];

interface Box {
  start: number;
  end: number;
}

/** Splits a file into its initialization section and the fragments behind it. Throws where it has no `moov`. */
export function splitInit(file: Buffer): { init: Buffer; media: Buffer } {
  const moov = child(file, { start: -8, end: file.length }, 0, 'moov');
  return { init: file.subarray(0, moov.end), media: file.subarray(moov.end) };
}

/**
 * The initialization section `init`, which can decode also what goes with `others`: their sets have other numbers than its own. `codec`
 * is RFC 6381's name for all of it.
 */
export function joinParameterSets(init: Buffer, others: Buffer[]): { init: Buffer; codec: string } {
  const place = configuration(init);
  const records = [init, ...others].map((each) => readConfiguration(each));
  // The highest profile is what a decoder of all of them must know; behind the sets of such there are fields of its own.
  const [highest] = [...records].sort((a, b) => b.profile[0]! - a.profile[0]!);
  const sequence = distinct(records.flatMap((record) => record.sequence));
  const picture = distinct(records.flatMap((record) => record.picture));
  const body = Buffer.concat([
    ...[Buffer.from([1]), highest!.profile, Buffer.from([0xff, 0xe0 | sequence.length]), ...sequence.map(withLength)],
    ...[Buffer.from([picture.length]), ...picture.map(withLength), highest!.rest],
  ]);
  const made = Buffer.concat([
    init.subarray(0, place.box.start),
    header('avcC', body.length),
    body,
    init.subarray(place.box.end),
  ]);
  const grown = body.length + 8 - (place.box.end - place.box.start);
  for (const { start } of place.parents) made.writeUInt32BE(made.readUInt32BE(start) + grown, start);
  return { init: made, codec: `avc1.${highest!.profile.toString('hex')}` };
}

interface Configuration {
  /** Profile, compatibility and level. */
  profile: Buffer;
  sequence: Buffer[];
  picture: Buffer[];
  /** Chroma format and bit depths, in the profiles that have them. */
  rest: Buffer;
}

function readConfiguration(init: Buffer): Configuration {
  const { box } = configuration(init);
  const body = init.subarray(box.start + 8, box.end);
  let at = 6;
  const sets = (count: number) =>
    Array.from({ length: count }, () => {
      const length = body.readUInt16BE(at);
      at += 2 + length;
      return body.subarray(at - length, at);
    });
  const sequence = sets(body[5]! & 0x1f);
  const picture = sets(body[at++]!);
  return { profile: body.subarray(1, 4), sequence, picture, rest: body.subarray(at) };
}

function configuration(init: Buffer): { box: Box; parents: Box[] } {
  const parents: Box[] = [];
  let inside: Box = { start: -8, end: init.length };
  let before = 0;
  for (const [name, fields] of PATH) {
    inside = child(init, inside, before, name);
    before = fields;
    parents.push(inside);
  }
  return { box: child(init, inside, before, 'avcC'), parents };
}

/** The first box of this name among the children of another; `before` bytes of fields stand before them. */
function child(bytes: Buffer, parent: Box, before: number, name: string): Box {
  for (let start = parent.start + 8 + before; start + 8 <= parent.end; ) {
    const size = bytes.readUInt32BE(start);
    if (size < 8) break;
    if (bytes.toString('latin1', start + 4, start + 8) === name) return { start, end: start + size };
    start += size;
  }
  throw new Error(`the media has no ${name}`);
}

function distinct(sets: Buffer[]): Buffer[] {
  return sets.filter((set, at) => sets.findIndex((other) => other.equals(set)) === at);
}

function withLength(set: Buffer): Buffer {
  return Buffer.concat([Buffer.from([set.length >> 8, set.length & 0xff]), set]);
}

function header(name: string, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(length + 8);
  bytes.write(name, 4, 'latin1');
  return bytes;
}
