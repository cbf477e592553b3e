/** The command line: the server, and the commands beside it. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LivestreamsError } from '#plugin-api';
import { boot } from './boot.ts';
import { backup, createOwner, resetPassword, restore, rotate, verify } from './commands/maintenance.ts';
import { type Config, loadConfig } from './config.ts';
import { runDoctor } from './doctor.ts';
import { collectRarely } from './heap.ts';
import { createLogger } from './log.ts';
import { migrateAll } from './migrations.ts';

const USAGE = `Usage: livestreams <command> [options]

  start                  starts everything that livestreams.config.ts switches on
  doctor                 checks what a start needs, and says how to mend what is missing
  migrate                brings the database up to date, and ends
  plugins                lists the plugins that are on
  owner create           makes an account that owns the server, and tells its password once
  owner reset-password   gives an account a new password, and ends its logins
  keys rotate            signs tokens with a new key; those signed before stay good until they expire
  backup <file>          writes the database and the secrets to a file, also while a server runs; media are not in it
  restore <file>         puts such a file back, all of it or nothing; no server may be running
  verify                 reads all media, and names what is missing, altered, or named by nobody; ends with 1 where anything is

Options
  --config <file>        another file of settings (livestreams.config.ts)
  --demo                 with start: publishes a test picture to the stream "Demo"
  --json                 with doctor and verify: prints what was found as JSON
  --email <address>      with owner: whose account
  --name <name>          with owner create: what the person is called
  --password-stdin       with owner: reads the password from standard input, where none is to be made up
  --force                with restore: what is in the database may be lost
`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    config: { type: 'string', default: 'livestreams.config.ts' },
    demo: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    email: { type: 'string' },
    name: { type: 'string' },
    'password-stdin': { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const ownerOptions = { email: options.email, name: options.name, passwordFromInput: options['password-stdin'] };
const file = positionals[1];

const commands: Record<string, (config: Config) => Promise<number>> = {
  start,
  doctor,
  migrate,
  plugins,
  'owner create': (config) => createOwner(config, ownerOptions),
  'owner reset-password': (config) => resetPassword(config, ownerOptions),
  'keys rotate': rotate,
  backup: (config) => backup(config, { file, version: programVersion() }),
  verify: (config) => verify(config, { json: options.json }),
  restore: (config) => restore(config, { file, force: options.force }),
};

/** Runs until a signal; a second one does not wait for the orderly end. */
async function start(config: Config): Promise<number> {
  collectRarely();
  const stopped = Promise.withResolvers<void>();
  const early = new AbortController();
  const stop = () => {
    early.abort();
    stopped.resolve();
  };
  let signals = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (++signals > 1) process.exit(1);
      stop();
    });
  }
  // The command that started it was killed: nobody is left to stop it.
  process.once('disconnect', stop);
  const running = await boot(config, { demo: options.demo, signal: early.signal });
  process.stdout.write(`${running.summary.join('\n')}\n`);
  await stopped.promise;
  await running.stop();
  return 0;
}

async function doctor(config: Config): Promise<number> {
  const { text, json, healthy } = await runDoctor(config);
  process.stdout.write(options.json ? `${JSON.stringify(json, null, 2)}\n` : `${text}\n`);
  return healthy ? 0 : 1;
}

async function migrate(config: Config): Promise<number> {
  const applied = await migrateAll(config, createLogger({ level: config.logLevel }));
  process.stdout.write(applied.length > 0 ? `Applied ${applied.join(', ')}.\n` : 'The database is up to date.\n');
  return 0;
}

async function plugins(config: Config): Promise<number> {
  for (const { definition } of config.plugins) process.stdout.write(`${definition.name}  ${definition.description}\n`);
  return 0;
}

function programVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const command = commands[positionals.slice(0, 2).join(' ')] ?? commands[positionals[0] ?? ''];
if (options.help || !command) {
  process.stdout.write(USAGE);
  process.exit(options.help ? 0 : 2);
}
try {
  process.exit(await command(await loadConfig({ file: options.config, env: process.env })));
} catch (error) {
  if (!(error instanceof LivestreamsError)) throw error;
  process.stderr.write(`${error.detail}\n${error.kind.fix} (${error.code})\n`);
  process.exit(1);
}
