/** Requests that are held until a session has what they ask for. */
import type { ServerResponse } from 'node:http';
import type { Presentation } from '../segments/ring.ts';

/** Why a wait ended: it is there, it took too long (or the server stops), or nobody waits any more. */
export type WaitOutcome = 'ready' | 'timeout' | 'gone';

interface Waiter {
  ready: () => boolean;
  end: (outcome: WaitOutcome) => void;
}

interface Bench {
  waiters: Set<Waiter>;
  unsubscribe: () => void;
  /** A look at the waiters is due in this turn of the event loop. */
  due: boolean;
}

export class WaitingRoom {
  readonly #benches = new Map<Presentation, Bench>();
  readonly #counted: (change: 1 | -1) => void;
  #stopped = false;

  /** @param counted Told of each request that begins or ends to wait. */
  constructor(counted: (change: 1 | -1) => void) {
    this.#counted = counted;
  }

  /** Waits until `ready` holds, at most so many milliseconds, and no longer than the viewer is there. */
  wait(
    presentation: Presentation,
    viewer: ServerResponse,
    milliseconds: number,
    ready: () => boolean,
  ): Promise<WaitOutcome> {
    if (ready()) return Promise.resolve('ready');
    if (this.#stopped) return Promise.resolve('timeout');
    return new Promise((resolve) => {
      const bench = this.#bench(presentation);
      const leave = () => waiter.end('gone');
      const timer = setTimeout(() => waiter.end('timeout'), milliseconds);
      const waiter: Waiter = {
        ready,
        end: (outcome) => {
          clearTimeout(timer);
          viewer.off('close', leave);
          bench.waiters.delete(waiter);
          if (bench.waiters.size === 0) this.#clear(presentation, bench);
          this.#counted(-1);
          resolve(outcome);
        },
      };
      viewer.once('close', leave);
      bench.waiters.add(waiter);
      this.#counted(1);
    });
  }

  /** Ends all waits, and holds no request any more: a server that stops answers what it has. */
  stop(): void {
    this.#stopped = true;
    for (const bench of [...this.#benches.values()]) {
      for (const waiter of [...bench.waiters]) waiter.end('timeout');
    }
  }

  #bench(presentation: Presentation): Bench {
    const known = this.#benches.get(presentation);
    if (known !== undefined) return known;
    const bench: Bench = {
      waiters: new Set(),
      unsubscribe: presentation.onChange(() => this.#look(bench)),
      due: false,
    };
    this.#benches.set(presentation, bench);
    return bench;
  }

  #clear(presentation: Presentation, bench: Bench): void {
    bench.unsubscribe();
    if (this.#benches.get(presentation) === bench) this.#benches.delete(presentation);
  }

  /** After the packager's turn: answering a thousand viewers must not delay the next frame's cut, nor a sibling's part. */
  #look(bench: Bench): void {
    if (bench.due) return;
    bench.due = true;
    setImmediate(() => {
      bench.due = false;
      for (const waiter of [...bench.waiters]) if (waiter.ready()) waiter.end('ready');
    });
  }
}
