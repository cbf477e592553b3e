/** What a viewer is told when a picture cannot be shown, and what they can do. */

export interface Problem {
  code:
    | 'unknown_stream'
    | 'unknown_recording'
    | 'protected'
    | 'unreachable'
    | 'unsupported'
    | 'undecodable'
    | 'unloadable';
  title: string;
  /** What to do about it. */
  fix: string;
  /** Whether the player goes on trying by itself. */
  retrying: boolean;
}

export const problems = {
  unknownStream: {
    code: 'unknown_stream',
    title: 'There is no such stream',
    fix: 'Check the address, or ask whoever sent it to you for a new one.',
    retrying: false,
  },
  unknownRecording: {
    code: 'unknown_recording',
    title: 'There is no such recording',
    fix: 'Check the address, or ask whoever sent it to you for a new one.',
    retrying: false,
  },
  protected: {
    code: 'protected',
    title: 'This is protected',
    fix: 'The link has expired or lacks its token. Reload the page you came from to get a new one.',
    retrying: false,
  },
  unreachable: {
    code: 'unreachable',
    title: 'The server does not answer',
    fix: 'Check your connection. Playback goes on by itself as soon as the server answers.',
    retrying: true,
  },
  unsupported: {
    code: 'unsupported',
    title: 'This browser cannot play the stream',
    fix: 'It lacks the video format that the stream uses. Try a current Chrome, Edge, Firefox or Safari.',
    retrying: false,
  },
  undecodable: {
    code: 'undecodable',
    title: 'The picture cannot be decoded',
    fix: 'Try again. If it happens each time, choose another quality or another browser.',
    retrying: false,
  },
  unloadable: {
    code: 'unloadable',
    title: 'The stream cannot be loaded',
    fix: 'It is live, but its data does not arrive. The player keeps trying.',
    retrying: true,
  },
} as const satisfies Record<string, Problem>;
