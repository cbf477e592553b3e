/** How times, durations, sizes, states and roles are said on the dashboard. */

/** `under 1 s`, `3 min 20 s`, `1 h 04 min`. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 0.5) return 'under 1 s';
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

/** `1.4 MB`; a kilobyte is 1000 bytes, as disks are sold. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
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

/** Who may watch. */
export const SEEN_BY = { public: 'Public', unlisted: 'Unlisted', protected: 'Protected' } as const;

export const ASSET_STATES = {
  processing: { word: 'Processing', tone: 'warn' },
  ready: { word: 'Ready', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
} as const;

export const ASSET_KINDS = { recording: 'Recording', upload: 'Upload', clip: 'Clip' } as const;

export const JOB_STATES = {
  queued: { word: 'Queued', tone: '' },
  running: { word: 'Running', tone: 'good' },
  retrying: { word: 'Waiting to try again', tone: 'warn' },
  completed: { word: 'Completed', tone: '' },
  failed: { word: 'Failed', tone: 'bad' },
  cancelled: { word: 'Cancelled', tone: '' },
} as const;

/** How much room is left on the disk. */
export const ROOM = {
  enough: { word: 'Enough room', tone: 'good' },
  low: { word: 'Little room', tone: 'warn' },
  full: { word: 'Full: only what is live is taken', tone: 'bad' },
} as const;

/** Roles, from the one that may most. */
export const ROLES = {
  owner: { word: 'Owner', may: 'Everything, other owners included' },
  admin: { word: 'Admin', may: 'Everything but owners' },
  creator: { word: 'Creator', may: 'Streams, assets and jobs' },
  viewer: { word: 'Viewer', may: 'Look, and change nothing' },
} as const;

export const SCOPES = {
  read: { word: 'Read', may: 'Look at everything' },
  publish: { word: 'Publish', may: 'Look, make stream keys and playback tokens, end sessions' },
  manage: { word: 'Manage', may: 'All that a creator may' },
} as const;
