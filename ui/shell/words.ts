/** How times, durations and states are said on the dashboard. */

/** `3 min 20 s`, `1 h 04 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A moment in the reader's own language and time zone. */
export function moment(time: string): string {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A state of a stream or a session as a word, and the colour of its badge. */
export const STATES = {
  offline: { word: 'Offline', tone: '' },
  live: { word: 'Live', tone: 'live' },
  reconnecting: { word: 'Reconnecting', tone: 'warn' },
  ended: { word: 'Ended', tone: '' },
} as const;

export const HEALTH = {
  good: { word: 'Good', tone: 'good' },
  ok: { word: 'Fair', tone: 'warn' },
  bad: { word: 'Bad', tone: 'bad' },
  no_data: { word: 'No data', tone: '' },
} as const;
