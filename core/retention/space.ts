/** The space of the data folder's disk: how much is free, how fast it goes, and so when it will be full. */
import { statfs } from 'node:fs/promises';

/** Growth is measured over so long, and said when there is so much of it to go by. */
const MEASURED_MS = 10 * 60_000;
const LEAST_MS = 60_000;

export interface Space {
  /** Bytes that this user may write. */
  free: number;
  total: number;
  /** Seconds until nothing is free, if all goes on as in the last minutes; null while nothing is lost, or too little is known. */
  secondsToFull: number | null;
}

type ReadSpace = (folder: string) => Promise<{ bavail: number; blocks: number; bsize: number }>;

interface Sample {
  at: number;
  free: number;
}

export class SpaceWatch {
  readonly #folder: string;
  readonly #statfs: ReadSpace;
  readonly #now: () => number;
  #samples: Sample[] = [];

  /** The last two are for tests: a disk that fills as it is told. */
  constructor(folder: string, read: ReadSpace = statfs, now: () => number = Date.now) {
    this.#folder = folder;
    this.#statfs = read;
    this.#now = now;
  }

  async measure(): Promise<Space> {
    const { bavail, blocks, bsize } = await this.#statfs(this.#folder);
    const sample = { at: this.#now(), free: bavail * bsize };
    this.#samples.push(sample);
    this.#samples = this.#samples.filter(({ at }) => sample.at - at <= MEASURED_MS);
    const [first] = this.#samples;
    const elapsed = sample.at - first!.at;
    const lost = first!.free - sample.free;
    const secondsToFull = elapsed < LEAST_MS || lost <= 0 ? null : Math.round(((sample.free / lost) * elapsed) / 1000);
    return { free: sample.free, total: blocks * bsize, secondsToFull };
  }
}
