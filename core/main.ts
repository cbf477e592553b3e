/** The command line: start, doctor, migrate, plugins. */
import { parseArgs } from 'node:util';
import { LivestreamsError } from '#plugin-api';
import { boot } from './boot.ts';
import { type Config, loadConfig } from './config.ts';
import { runDoctor } from './doctor.ts';
import { createLogger } from './log.ts';
import { migrateAll } from './migrations.ts';

const USAGE = `Usage: livestreams <command> [options]

  start      starts everything that livestreams.config.ts switches on
  doctor     checks what a start needs, and says how to mend what is missing
  migrate    brings the database up to date, and ends
  plugins    lists the plugins that are on

Options
  --config <file>   another file of settings (livestreams.config.ts)
  --demo            with start: publishes a test picture to the stream "Demo"
  --json            with doctor: prints its findings as JSON
`;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    config: { type: 'string', default: 'livestreams.config.ts' },
    demo: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

const commands: Record<string, (config: Config) => Promise<number>> = { start, doctor, migrate, plugins };

/** Runs until a signal; a second one does not wait for the orderly end. */
async function start(config: Config): Promise<number> {
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

const command = commands[positionals[0] ?? ''];
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
