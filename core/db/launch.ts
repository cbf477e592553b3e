/** Runs the programs of Postgres under an account that they accept, and never leaves one behind when this process dies. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { accessSync, chownSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import { folderUnreachable } from './errors.ts';

/** Who the programs run as. Postgres refuses to run as root, so root runs them as `nobody`. */
export interface Account {
  /** Null: as the user of this process. */
  ids: { uid: number; gid: number } | null;
  /**
   * Where a parent folder is closed to `nobody` (a clone under /root, say): the one Linux capability that lets it pass
   * through. Opening the folders to everybody instead would undo what the administrator decided.
   */
  capability: 'dac_read_search' | 'dac_override' | null;
}

/** A running Postgres. */
export interface Launched {
  child: ChildProcess;
  stderr: Readable;
  /** Asks for a fast shutdown: sessions are ended, everything is written. */
  interrupt(): void;
}

const setpriv = findProgram('setpriv');

/**
 * Chooses the account for a program and the folder that it works in; the folder is given to that account.
 * Errors: `LS_DATABASE_FOLDER_UNREACHABLE` where root has no way to let `nobody` in.
 */
export function chooseAccount(program: string, folder: string): Account {
  if (process.getuid?.() !== 0) return { ids: null, capability: null };
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }));
  const ids = { uid: idOf('-u'), gid: idOf('-g') };
  chownSync(folder, ids.uid, ids.gid);
  const candidates: Account['capability'][] = [null, 'dac_read_search', 'dac_override'];
  for (const capability of candidates) {
    if (capability !== null && !isGrantable(capability)) continue;
    const account = { ids, capability };
    const [command, ...args] = asAccount(
      account,
      [],
      ['/bin/sh', '-c', 'test -x "$0" && test -w "$1"', program, folder],
    );
    if (spawnSync(command!, args, { cwd: '/', stdio: 'ignore', ...spawnIds(account) }).status === 0) return account;
  }
  throw folderUnreachable(
    `Postgres runs as the user nobody, which may not enter a parent folder of ${folder} or ${program}.`,
  );
}

/** Runs a program to its end and answers what it wrote; null in `status` when it could not be started. */
export function runAs(account: Account, program: string, args: string[]): { status: number | null; output: string } {
  const [command, ...rest] = asAccount(account, [], [program, ...args]);
  const result = spawnSync(command!, rest, { cwd: '/', encoding: 'utf8', ...spawnIds(account) });
  return { status: result.status, output: result.error?.message ?? `${result.stdout}${result.stderr}`.trim() };
}

// Without setpriv a small shell stands between: it holds the reading end of a pipe from this process, whose end of file is our death.
const supervisor =
  'trap "" INT; "$@" </dev/null 3<&- & child=$!; { cat >/dev/null; kill -INT $child; } <&3 & wait $child';

/** Starts Postgres so that the system itself shuts it down when this process ends in any way, `kill -9` included. */
export function launchAs(account: Account, program: string, args: string[]): Launched {
  // Own process group: Ctrl-C in a terminal must reach this process only, which stops Postgres last.
  if (setpriv !== null) {
    const [command, ...rest] = asAccount(account, ['--pdeathsig', 'INT'], [program, ...args]);
    const child = spawn(command!, rest, { cwd: '/', detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
    return { child, stderr: child.stderr, interrupt: () => child.kill('SIGINT') };
  }
  const child = spawn('/bin/sh', ['-c', supervisor, 'sh', program, ...args], {
    cwd: '/',
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    ...spawnIds(account),
  });
  const pipe = child.stdio[3] as NodeJS.WritableStream;
  return { child, stderr: child.stderr as Readable, interrupt: () => pipe.end() };
}

function asAccount(account: Account, flags: string[], command: string[]): string[] {
  if (setpriv === null) return command;
  if (account.ids === null) return flags.length === 0 ? command : [setpriv, ...flags, ...command];
  const { uid, gid } = account.ids;
  const ids = ['--reuid', String(uid), '--regid', String(gid), '--clear-groups'];
  const capability = account.capability && `+${account.capability}`;
  const capabilities = capability ? ['--inh-caps', capability, '--ambient-caps', capability] : [];
  return [setpriv, ...ids, ...capabilities, ...flags, ...command];
}

function spawnIds(account: Account): { uid?: number; gid?: number } {
  return setpriv === null && account.ids !== null ? account.ids : {};
}

/** Whether this process may hand a capability on: containers often take some away (capabilities(7), bounding set). */
function isGrantable(capability: 'dac_read_search' | 'dac_override'): boolean {
  if (setpriv === null) return false;
  const bit = capability === 'dac_override' ? 1n : 2n;
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return bounding !== undefined && ((BigInt(`0x${bounding}`) >> bit) & 1n) === 1n;
}

function findProgram(name: string): string | null {
  // Only Linux's own setpriv (util-linux) knows these flags; BusyBox's applet of that name does not.
  if (process.platform !== 'linux') return null;
  for (const folder of (process.env.PATH ?? '/usr/bin:/bin').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
    } catch {
      continue;
    }
    const help = spawnSync(path, ['--help'], { encoding: 'utf8' });
    return `${help.stdout}${help.stderr}`.includes('--pdeathsig') ? path : null;
  }
  return null;
}
