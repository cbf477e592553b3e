/** A line of the table of benchmarks: what was measured, against whom, and what was wanted. */

export interface Row {
  what: string;
  peer: string;
  /** Of one run, in `unit`. */
  ours: number;
  theirs: number;
  unit: string;
  /** Highest ratio of ours to theirs that is good enough. */
  wantedRatio: number | null;
  /** Highest figure of ours, in `unit`, that is good enough. */
  wantedAbsolute: number | null;
  /** What was wanted beside the figure and did not hold, such as "3 stalls"; not given where nothing else is wanted. */
  flaws?: readonly string[];
  /** What holds a miss back, or what the reader must know of the figure. */
  note: string;
}

export function met(row: Row): boolean {
  const ratio = row.wantedRatio === null || row.ours / row.theirs <= row.wantedRatio;
  const absolute = row.wantedAbsolute === null || row.ours <= row.wantedAbsolute;
  return ratio && absolute && (row.flaws ?? []).length === 0;
}
