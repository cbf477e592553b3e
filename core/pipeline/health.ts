/** The health of a session as its own measurements show it: a status, and for each trouble a reason and a fix. */

export type Severity = 'warning' | 'error';

export interface HealthIssue {
  /** Stable: `keyframe_interval`, `encoder_slow` … */
  code: string;
  severity: Severity;
  reason: string;
  fix: string;
}

export interface HealthReport {
  status: 'good' | 'ok' | 'bad' | 'no_data';
  issues: HealthIssue[];
}

/** The troubles of one session. Each code is there at most once. */
export class Health {
  readonly #issues = new Map<string, HealthIssue>();
  readonly #onNew: (issue: HealthIssue) => void;

  /** `onNew` is called for an issue that was not there before, not for its repetitions. */
  constructor(onNew: (issue: HealthIssue) => void) {
    this.#onNew = onNew;
  }

  raise(issue: HealthIssue): void {
    const known = this.#issues.has(issue.code);
    this.#issues.set(issue.code, issue);
    if (!known) this.#onNew(issue);
  }

  clear(code: string): void {
    this.#issues.delete(code);
  }

  get issues(): HealthIssue[] {
    return [...this.#issues.values()];
  }

  report(hasMedia: boolean): HealthReport {
    const issues = this.issues;
    if (!hasMedia) return { status: 'no_data', issues };
    if (issues.some((issue) => issue.severity === 'error')) return { status: 'bad', issues };
    return { status: issues.length > 0 ? 'ok' : 'good', issues };
  }
}
