/** Loggers of tests: one that says nothing, and one that keeps what was said. */
import type { Logger } from '../../plugin-api/index.ts';

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  fields: object;
  message: string;
}

const nothing = () => undefined;

export const quietLog: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => quietLog };

/** A logger and the lines written to it and to its children. */
export function recordingLog(): { log: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (level: LogLine['level']) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  const log: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: () => log,
  };
  return { log, lines };
}
