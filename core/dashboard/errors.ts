/** Errors of the dashboard room. */
import { defineError } from '#plugin-api';

export const panelMisnamed = defineError({
  code: 'LS_PANEL_MISNAMED',
  status: 500,
  title: 'A panel does not have the name of its plugin',
  fix: 'Prefix the element by the name of the plugin, as in `abr-ladder`.',
});
