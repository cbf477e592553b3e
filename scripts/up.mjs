/** `npm run up`: from a bare clone to a running server. The second time there is nothing left to do but to start. */
import { ensurePackages, findNode24, giveUp } from './packages.mjs';
import { ensurePrograms, ffmpeg } from './programs.mjs';
import { runServer } from './server.mjs';
import { ensureUi } from './ui.mjs';

ensurePackages();
const node = findNode24();
const [missing] = ensurePrograms([ffmpeg]);
if (missing) giveUp(missing);
if (!ensureUi(node)) giveUp('The pages could not be built, as said above.');
runServer(node, ['start', ...process.argv.slice(2)]);
