/** What the figures were measured on. */
import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';

/** The first match in what a program says of itself on either output. */
function version(command: string, argument: string, pattern: RegExp): string {
  const said = execFileSync('/bin/sh', ['-c', `${command} ${argument} 2>&1 || true`], { encoding: 'utf8' });
  return pattern.exec(said)?.[1] ?? 'not found';
}

/** A line each: what, and which. */
export function describeMachine(): [what: string, which: string][] {
  const cores = cpus();
  return [
    ['CPU', `${cores[0]?.model.trim() ?? 'unknown'}, ${cores.length} cores`],
    ['Memory', `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
    ['System', `${type()} ${release()}`],
    ['Node', process.versions.node],
    ['ffmpeg', version('ffmpeg', '-version', /^ffmpeg version (\S+)/)],
    ['nginx', version('nginx', '-v', /nginx\/(\S+)/)],
    ['Chromium', version(process.env.CHROMIUM ?? 'chromium', '--version', /Chromium (\S+)/)],
  ];
}
