/** The page of the command line: what the program itself says. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Page, page } from './page.ts';

export function commandLinePage(root: string): Page {
  const help = execFileSync(process.execPath, [join(root, 'core', 'main.ts'), '--help'], { encoding: 'utf8' });
  return page('command-line.md', 'Command line', '`livestreams --help`', [
    '`npm run up` installs what is missing, builds the pages and starts; what follows `--` are options of `start`. After that, `npx livestreams` runs any command.',
    `\`\`\`text\n${help.trimEnd()}\n\`\`\``,
    'It ends with 0 after an orderly end, with 1 where a start or a check failed, and with 2 for a command that does not exist. The first SIGINT, SIGTERM or SIGHUP ends it in order; a second one at once.',
  ]);
}
