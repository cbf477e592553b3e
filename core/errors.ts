/** The errors that end a start: a wrong setting, a plugin that breaks its contract, a port in use. */
import { defineError } from '#plugin-api';

export const configInvalid = defineError({
  code: 'LS_CONFIG_INVALID',
  status: 500,
  title: 'The configuration is wrong',
  fix: 'Correct each named setting in livestreams.config.ts or in the environment, then start again.',
});

export const pluginInvalid = defineError({
  code: 'LS_PLUGIN_INVALID',
  status: 500,
  title: 'A plugin breaks its contract',
  fix: 'Correct the plugin as the message says, or take it out of livestreams.config.ts.',
});

export const demoImpossible = defineError({
  code: 'LS_DEMO_IMPOSSIBLE',
  status: 500,
  title: 'The demo cannot be published',
  fix: 'Add rtmp() to the plugins in livestreams.config.ts, or start without --demo.',
});

export const pluginFailed = defineError({
  code: 'LS_PLUGIN_FAILED',
  status: 500,
  title: 'A plugin failed to start',
  fix: 'Read the reason in the message; the plugin can be taken out of livestreams.config.ts meanwhile.',
});
