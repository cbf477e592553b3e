/** Every plugin that there is; and callers say by X-Forwarded-For where they call from, so that limits do not mix them up. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from '../../../core/config.ts';
import { allPlugins } from '../../../scripts/reference/plugins.ts';

export default defineConfig({
  trustedProxies: ['127.0.0.1'],
  plugins: await allPlugins(fileURLToPath(new URL('../../../', import.meta.url))),
});
