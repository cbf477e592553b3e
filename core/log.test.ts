/** That no secret reaches the log, in whatever form it is handed over. */
import { expect } from 'chai';
import { createLogger, isSecretName, type LoggerOptions } from './log.ts';

function record(options: Partial<LoggerOptions> = {}): { lines: string[]; log: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  const log = createLogger({ level: 'debug', pretty: false, write: (line) => lines.push(line), ...options });
  return { lines, log };
}

describe('log', () => {
  it('hides fields by their names, at any depth, and in child loggers', () => {
    const { lines, log } = record();
    log.info({ key: 'hunter2', a: { b: [{ accessToken: 'hunter2' }] }, headers: { authorization: 'hunter2' } }, 'x');
    log.child({ password: 'hunter2', stream: 'str_1' }).warn({}, 'y');
    expect(lines.join('')).not.to.contain('hunter2');
    expect(JSON.parse(lines[1] ?? '')).to.include({ level: 'warn', stream: 'str_1', msg: 'y' });
  });

  it('hides secrets inside of texts, errors and URLs', () => {
    const { lines, log } = record();
    log.info({ url: 'rtmp://h/live/str_1?key=hunter2&a=1' }, 'Opened /live/x?token=hunter2.');
    log.error({ err: new Error('postgres://me:hunter2@db/x refused', { cause: 'Bearer hunter2' }) }, 'z');
    log.warn({ path: '/live/x/~eyJhbGciOiJIUzI1NiJ9.hunter2.hunter2/y/index.m3u8' }, 'No /~eyJh.hunter2.hunter2/.');
    log.debug({ srt: '#!::r=live/a,m=publish,key=hunter2' }, 'access_token=hunter2');
    log.debug({ seen: `lsk_${'c0ffee'}_00000000` }, `A program sent lsk_${'c0ffee'}_00000000.`);
    expect(lines.join('')).not.to.contain('hunter2').and.not.to.contain('c0ffee');
    expect(lines[0]).to.contain('&a=1');
  });

  it('hides keys also where there are several', () => {
    for (const name of ['signingKeys', 'api_keys', 'privateKey']) expect(isSecretName(name)).to.equal(true);
  });

  it('keeps what only looks like a secret', () => {
    for (const name of ['key_id', 'storageKey', 'keyframe', 'tokens_left']) expect(isSecretName(name)).to.equal(false);
  });

  it('bears cycles, and writes nothing below its level', () => {
    const { lines, log } = record({ level: 'info' });
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    log.info(cycle, 'round');
    log.debug({}, 'unseen');
    expect(lines).to.have.length(1);
  });

  it('writes one readable line where a person reads', () => {
    const { lines, log } = record({ pretty: true });
    log.warn({ plugin: 'abr', reason: 'too slow' }, 'Encoder is slow.');
    expect(lines[0]).to.match(/^\d\d:\d\d:\d\d warn {2}Encoder is slow\. plugin=abr reason="too slow"\n$/);
  });
});
