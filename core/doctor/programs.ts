/** The programs that a start needs: Node and ffmpeg, with what it can encode and draw. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Check, well, wrong } from './check.ts';

const execute = promisify(execFile);

export const node: Check = {
  name: 'Node.js',
  async run() {
    const { node: version } = process.versions;
    return Number(version.split('.')[0]) >= 24
      ? well(`Node.js ${version}.`)
      : wrong(
          `Node.js ${version} is too old: 24 is needed.`,
          'Start by `npm run up` or `npx livestreams`: they use the Node 24 that npm installs.',
        );
  },
};

const install =
  'Install it: `apt-get install ffmpeg`, `dnf install ffmpeg-free` or `brew install ffmpeg`; `npm run up` does it where it may.';

export const ffmpeg: Check = {
  name: 'ffmpeg',
  async run() {
    try {
      const { stdout } = await execute('ffmpeg', ['-version']);
      const version = /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? 'of unknown version';
      // Builds from a branch are numbered in another manner, and are newer.
      const major = /^n?(\d+)\./.exec(version)?.[1];
      if (major !== undefined && Number(major) < 5)
        return wrong(`ffmpeg ${version} is too old: 5.1 is the oldest tried.`, install);
      return well(`ffmpeg ${version}.`);
    } catch {
      return wrong('There is no ffmpeg on the path.', install);
    }
  },
};

const wanted = [
  { what: 'the encoder libx264', list: '-encoders', name: 'libx264' },
  { what: 'the encoder aac', list: '-encoders', name: 'aac' },
  { what: 'the filter drawtext', list: '-filters', name: 'drawtext' },
];

export const encoders: Check = {
  name: 'ffmpeg: encoders',
  async run() {
    try {
      const lists = new Map<string, Set<string>>();
      for (const list of ['-encoders', '-filters']) {
        const { stdout } = await execute('ffmpeg', ['-hide_banner', list]);
        // A line is its flags, then the name: ` V....D libx264   H.264 …`.
        lists.set(list, new Set(stdout.split('\n').map((line) => line.trim().split(/\s+/)[1] ?? '')));
      }
      const missing = wanted.filter(({ list, name }) => !lists.get(list)?.has(name)).map(({ what }) => what);
      if (missing.length === 0) return well('libx264, aac and drawtext are there.');
      return wrong(
        `This ffmpeg lacks ${missing.join(' and ')}.`,
        "Use a build that has them: the system's own package on Debian and Ubuntu does.",
      );
    } catch {
      return wrong('ffmpeg could not be asked.', install);
    }
  },
};
