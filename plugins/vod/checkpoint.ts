/**
 * Takes the segments of a transcode as they are made: bytes into storage, rows into the asset, and how far it is, so that a later try goes on
 * behind the last segment that is whole in every rendition.
 */
import { createHash } from 'node:crypto';
import type { AssetInit, AssetSegment, Assets, Storage, TranscodedSegment } from '#plugin-api';
import type { KeptSegment, Progress, Uploads } from './uploads.ts';

export interface CheckpointOptions {
  uploadId: string;
  assetId: string;
  jobId: string;
  attempt: number;
  /** How many renditions there are. */
  renditions: number;
  progress: Progress | null;
  uploads: Pick<Uploads, 'advance'>;
  assets: Pick<Assets, 'addInits' | 'addSegments' | 'media'>;
  storage: Pick<Storage, 'put' | 'list' | 'delete'>;
}

/** Of what this plugin stores of an asset; pictures and downloads of it lie beside. */
const SEGMENT_KEY = /\/\d+\.[0-9a-f]+-\d+\.m4s$/;

const BEGINNING: Omit<Progress, 'attempt'> = { next: { sequence: 0, time: 0 }, pending: [], inits: {} };

export class Checkpoint {
  readonly #options: CheckpointOptions;
  #progress: Progress;
  /** Segments that wait for those of other renditions, by number. */
  readonly #waiting = new Map<number, KeptSegment[]>();
  /** Renditions whose first segment here does not follow what was made before. */
  readonly #broken = new Set<string>();
  #writing: Promise<void> = Promise.resolve();

  constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#progress = { ...(options.progress ?? BEGINNING), attempt: options.attempt };
  }

  /** Where this try begins. */
  get next(): Progress['next'] {
    return this.#progress.next;
  }

  /** Writes again what the former try may not have got into the asset, and removes what it had stored beyond that. */
  async resume(): Promise<void> {
    const { uploadId, uploads, assetId, assets, storage } = this.#options;
    await uploads.advance(uploadId, this.#progress);
    await this.#addSegments(this.#progress.pending);
    const { segments } = await assets.media(assetId);
    const named = new Set(segments.map(({ storageKey }) => storageKey));
    for await (const { key } of storage.list(`assets/${assetId}/`)) {
      if (SEGMENT_KEY.test(key) && !named.has(key)) await storage.delete(key);
    }
  }

  /** The try has failed: removes what it has stored and no later one uses. */
  async abandon(): Promise<void> {
    // Whether the last write failed is why it is abandoned.
    await this.#writing.catch(() => {});
    for (const { storageKey } of [...this.#waiting.values()].flat()) await this.#options.storage.delete(storageKey);
    this.#waiting.clear();
  }

  init(init: AssetInit): void {
    const sha256 = sumOf(init.bytes).toString('hex');
    const former = this.#progress.inits[init.rendition];
    const same = former?.sha256 === sha256;
    const number = former === undefined ? 0 : former.number + (same ? 0 : 1);
    if (former !== undefined && !same) this.#broken.add(init.rendition);
    this.#progress = { ...this.#progress, inits: { ...this.#progress.inits, [init.rendition]: { number, sha256 } } };
    this.#after(() => this.#options.assets.addInits(this.#options.assetId, [{ ...init, number }]));
  }

  /** Resolves when its bytes are stored. */
  async segment(segment: TranscodedSegment): Promise<void> {
    const { assetId, jobId, attempt, storage } = this.#options;
    const { rendition, sequence, start, duration, bytes } = segment;
    // Each try has names of its own: an earlier one may have left other bytes of the same number.
    const storageKey = `assets/${assetId}/${rendition}/${sequence}.${jobId.slice(-6)}-${attempt}.m4s`;
    await storage.put(storageKey, bytes);
    const row: KeptSegment = {
      ...{ rendition, sequence, start, duration, size: bytes.length, storageKey },
      ...{ init: this.#progress.inits[rendition]!.number, discontinuity: this.#broken.delete(rendition) },
      sha256: sumOf(bytes).toString('hex'),
    };
    const together = [...(this.#waiting.get(sequence) ?? []), row];
    this.#waiting.set(sequence, together);
    const whole = this.#waiting.get(this.next.sequence);
    if (whole?.length === this.#options.renditions) await this.#after(() => this.#advance(this.next.sequence));
  }

  /** The file is at its end: takes in what not every rendition has. */
  async finish(): Promise<void> {
    await this.#writing;
    const rest = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    await this.#addSegments(rest);
  }

  async #advance(sequence: number): Promise<void> {
    for (let at = sequence; this.#waiting.get(at)?.length === this.#options.renditions; at++) {
      const pending = this.#waiting.get(at)!;
      this.#waiting.delete(at);
      // The picture's end; sound ends a part of a frame earlier or later.
      const leader = pending.find(({ rendition }) => rendition !== 'audio') ?? pending[0]!;
      const next = { sequence: at + 1, time: leader.start + leader.duration };
      this.#progress = { ...this.#progress, next, pending };
      await this.#options.uploads.advance(this.#options.uploadId, this.#progress);
      await this.#addSegments(pending);
    }
  }

  async #addSegments(rows: KeptSegment[]): Promise<void> {
    if (rows.length === 0) return;
    const segments: AssetSegment[] = rows.map((row) => ({ ...row, sha256: Buffer.from(row.sha256, 'hex') }));
    await this.#options.assets.addSegments(this.#options.assetId, segments);
  }

  /** One write after the other. A failed one fails all that follow, and with them the try. */
  #after(work: () => Promise<void>): Promise<void> {
    this.#writing = this.#writing.then(work);
    // Heard by the next one, or by `finish`.
    this.#writing.catch(() => {});
    return this.#writing;
  }
}

function sumOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
